#pragma once

#include "cwmp/message_fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace session {

/// Calls `visit(name, text)` for every text in a message: with the name of its element, or, for the value of a
/// parameter or argument, with the parameter's name.
template <class Visit>
class MessageTexts {
public:
    explicit MessageTexts(Visit visit) : visit_{std::move(visit)} {}

    void of(cwmp::Message& message)
    {
        std::visit([this](auto& alternative) { this->fields(alternative); }, message);
    }

private:
    template <class T>
    void fields(T& object)
    {
        std::apply([&](auto const&... field) { (element(field.name, object.*field.member), ...); }, cwmp::fields_of<T>);
    }

    void element(std::string_view name, std::string& text) { visit_(name, text); }
    void element(std::string_view name, std::optional<std::string>& text)
    {
        if (text)
            visit_(name, *text);
    }
    void element(std::string_view, cwmp::ParameterValue& parameter)
    {
        visit_(parameter.name, parameter.value);
        visit_("Name", parameter.name);
    }
    void element(std::string_view, cwmp::ArgStruct& argument)
    {
        visit_(argument.name, argument.value);
        visit_("Name", argument.name);
    }
    void element(std::string_view, cwmp::OperationStruct& operation)
    {
        std::visit([this](auto& alternative) { this->fields(alternative); }, operation);
    }
    template <class T>
    void element(std::string_view name, std::vector<T>& list)
    {
        for (auto& item : list)
            element(name, item);
    }
    template <class T>
    void element(std::string_view, T& object)
    {
        if constexpr (!std::is_arithmetic_v<T> && !std::is_enum_v<T>)
            fields(object);
    }

    Visit visit_;
};

}  // namespace session
