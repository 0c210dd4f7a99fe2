#pragma once

#include "cwmp/codec/element_cursor.hpp"
#include "cwmp/codec/scalars.hpp"
#include "cwmp/message_fields.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace cwmp::codec {

/// Reads what is below the method element. One object per message.
class StructureReader {
public:
    StructureReader(ElementCursor& cursor, std::string_view own_prefix, DecodeLimits const& limits)
        : cursor_{cursor}, own_prefix_{own_prefix}, limits_{limits}
    {
    }

    /// Reads the children of the current element into the fields of `object`, and passes the element.
    template <class T>
    void structure(T& object)
    {
        cursor_.enter();
        while (cursor_.next())
            if (!field_of(object))
                cursor_.skip();
    }

private:
    /// An element with a prefix that is not CWMP's: a vendor's addition, unless the CPE is confused.
    [[nodiscard]] bool is_foreign() const
    {
        auto const prefix = cursor_.prefix();
        return !prefix.empty() && prefix != own_prefix_;
    }

    template <class T>
    bool field_of(T& object)
    {
        auto const name = cursor_.name();
        return std::apply(
            [&](auto const&... fields) { return (... || (fields.name == name && field(object, fields))); },
            fields_of<T>);
    }

    template <class T, class Member>
    bool field(T& object, Field<T, Member> const& description)
    {
        auto& member = object.*description.member;
        if (is_foreign() && member != T{}.*description.member)
            return false;
        if (description.shape == Shape::repeated)
            repeated(member);
        else if (description.shape == Shape::verbatim)
            verbatim(member);
        else
            element(member);
        return true;
    }

    // ---- text ----

    void element(std::string& text)
    {
        cursor_.text(text);
        trim(text);
    }
    void element(std::optional<std::string>& text) { element(text.emplace()); }
    void element(bool& value) { value = to_bool(scratch()); }
    void element(std::uint32_t& value) { value = to_unsigned(scratch()); }
    void element(std::uint64_t& value) { value = to_unsigned_long(scratch()); }
    void element(int& value) { value = to_int(scratch()); }

    std::string const& scratch()
    {
        cursor_.text(scratch_);
        return scratch_;
    }

    void verbatim(std::string& text) { cursor_.text(text); }
    void verbatim(std::optional<std::string>& text) { cursor_.text(text.emplace()); }
    template <class T>
    void verbatim(T& value)
    {
        element(value);
    }

    // ---- structures ----

    template <class T>
        requires(std::tuple_size_v<std::remove_const_t<decltype(fields_of<T>)>> > 0)
    void element(T& object)
    {
        structure(object);
        if constexpr (std::is_same_v<T, DeviceId>)
            check(object);
    }

    void check(DeviceId const& device)
    {
        for (auto const* part : {&device.manufacturer, &device.oui, &device.product_class, &device.serial_number})
            if (part->size() > limits_.identity_bytes)
                cursor_.fail(errc::too_large, fmt::format("a part of the DeviceId has {} bytes, more than {}",
                                                          part->size(), limits_.identity_bytes));
    }

    // ---- lists: every child is an item, whatever its name; the count that the sender claims is not looked at ----

    template <class T>
    void element(std::vector<T>& list)
    {
        items(list);
    }

    template <class T>
    void items(std::vector<T>& list)
    {
        cursor_.enter();
        while (cursor_.next())
            repeated(list);
    }

    template <class T>
    void repeated(std::vector<T>& list)
    {
        auto const limit = std::is_same_v<T, Event> ? limits_.events : limits_.list_items;
        if (list.size() >= limit)
            return cursor_.fail(errc::too_large, fmt::format("a list has more than {} items", limit));
        item(list);
    }
    template <class T>
    void repeated(T& value)
    {
        element(value);
    }

    void item(std::vector<std::string>& list) { element(list.emplace_back()); }

    template <class T>
    void item(std::vector<T>& list)
    {
        T object{};
        structure(object);
        if (object == T{})
            return;  // nothing that we know was in it
        if constexpr (std::is_same_v<T, Event>)
            object.code = canonical_event_code(object.code);
        if constexpr (requires { object.name; })
            check_name(object.name);
        list.push_back(std::move(object));
    }

    void item(std::vector<ParameterValue>& list)
    {
        ParameterValue parameter{.name = {}, .value = {}, .type = ValueType::unknown};
        cursor_.enter();
        while (cursor_.next()) {
            if (cursor_.name() == "Name")
                element(parameter.name);
            else if (cursor_.name() == "Value" && !(is_foreign() && !parameter.value.empty()))
                value(parameter);
            else
                cursor_.skip();
        }
        check_name(parameter.name);
        if (!parameter.name.empty())
            list.push_back(std::move(parameter));
    }

    void value(ParameterValue& parameter)
    {
        parameter.type = value_type(trimmed(cursor_.type()));
        cursor_.text(parameter.value);
        if (is_trimmed(parameter.type))
            trim(parameter.value);
    }

    void check_name(std::string const& name)
    {
        if (name.size() > limits_.name_bytes)
            cursor_.fail(errc::too_large, fmt::format("the name of a parameter has {} bytes, more than {}", name.size(),
                                                      limits_.name_bytes));
    }

    /// Which operation it is, is told by xsi:type, or by agents that do not know xsi:type by the element's name.
    void item(std::vector<OperationStruct>& list)
    {
        auto kind = cursor_.type();
        kind.remove_prefix(kind.rfind(':') + 1);
        if (kind.empty())
            kind = cursor_.name();
        if (kind == "InstallOpStruct")
            structure(std::get<InstallOpStruct>(list.emplace_back(InstallOpStruct{})));
        else if (kind == "UpdateOpStruct")
            structure(std::get<UpdateOpStruct>(list.emplace_back(UpdateOpStruct{})));
        else if (kind == "UninstallOpStruct")
            structure(std::get<UninstallOpStruct>(list.emplace_back(UninstallOpStruct{})));
        else
            cursor_.skip();
    }

    ElementCursor& cursor_;
    std::string own_prefix_;
    DecodeLimits const& limits_;
    std::string scratch_;
};

}  // namespace cwmp::codec
