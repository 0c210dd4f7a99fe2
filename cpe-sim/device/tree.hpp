#pragma once

#include "base/clock.hpp"
#include "device/persona.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The instance numbers along a path, outermost first. Data models nest seven tables at most.
class Instances {
public:
    static constexpr std::size_t most = 12;

    void push(std::uint32_t number) noexcept { numbers_[size_++] = number; }
    void pop() noexcept { --size_; }
    [[nodiscard]] bool full() const noexcept { return size_ == most; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint32_t back() const noexcept { return size_ == 0 ? 0 : numbers_[size_ - 1]; }
    [[nodiscard]] std::span<std::uint32_t const> span() const noexcept { return {numbers_.data(), size_}; }

private:
    std::array<std::uint32_t, most> numbers_{};
    std::size_t size_ = 0;
};

/// A parameter that exists in one device's tree.
struct Parameter {
    ParameterSpec const* spec = nullptr;
    Instances instances;
    bool is_factory = true;  ///< none of its instances was made by AddObject
};

/// An object, table or instance that exists in one device's tree.
struct Object {
    ObjectSpec const* spec = nullptr;
    Instances instances;
    bool is_table = false;  ///< the table itself, not one of its instances
    bool is_factory = true;
};

/// One line of a walk through the tree.
struct Node {
    std::string_view path;       ///< objects end with a dot
    Parameter const* parameter;  ///< null for objects
    bool is_writable;            ///< of tables: AddObject; of instances: DeleteObject
};

/// The parameters of one device: its persona, and only what differs from it. A hundred thousand devices share one
/// persona, a device costs little more than the values that somebody set.
class Tree {
public:
    /// All three must outlive the tree.
    Tree(Persona const& persona, Identity const& identity, DeviceFacts const& facts);

    [[nodiscard]] Persona const& persona() const noexcept { return persona_; }

    /// The parameter with this full path; none when there is none.
    [[nodiscard]] std::optional<Parameter> find_parameter(std::string_view path) const;
    /// The object, table or instance; `path` ends with a dot.
    [[nodiscard]] std::optional<Object> find_object(std::string_view path) const;

    /// What the parameter is now, secrets too.
    [[nodiscard]] std::string value(Parameter const& parameter, std::string_view path, base::TimePoint now) const;
    /// The same by path; "" when there is no such parameter.
    [[nodiscard]] std::string value(std::string_view path, base::TimePoint now) const;

    /// Keeps `value` for a parameter that exists. Nothing is checked.
    void set(std::string_view path, std::string value);
    /// Makes an instance of a table that exists; its number. Numbers are never given twice.
    std::uint32_t add_instance(std::string_view table);
    /// Makes an instance disappear with all that is below it.
    void remove_instance(std::string_view instance);
    /// The instance numbers of a table that exists, ascending.
    [[nodiscard]] std::vector<std::uint32_t> instances(std::string_view table) const;

    /// Back to the factory's values and instances.
    void reset();

    /// Calls `visit` for everything below `object` ("" is the whole tree) in the order of the persona: only its
    /// children
    /// (`next_level`), or all levels and the object itself first. False when there is no such object.
    bool walk(std::string_view object, bool next_level, std::function<void(Node const&)> const& visit) const;

    /// True when nothing was set, added or deleted.
    [[nodiscard]] bool is_as_from_factory() const noexcept { return values_.empty() && tables_.empty(); }
    /// The values that were set, by path.
    [[nodiscard]] std::map<std::string, std::string, std::less<>> const& changes() const noexcept { return values_; }

private:
    struct TableChange {
        std::vector<std::uint32_t> added;    ///< ascending
        std::vector<std::uint32_t> removed;  ///< factory instances, ascending
        std::uint32_t highest = 0;           ///< ever given
    };
    struct Place;
    struct Walker;

    [[nodiscard]] std::optional<Place> locate(std::string_view path) const;
    [[nodiscard]] std::uint32_t factory_count(Object const& table) const;
    [[nodiscard]] std::vector<std::uint32_t> instances(Object const& table, std::string_view path) const;
    [[nodiscard]] bool has_instance(Object const& table, std::string_view path, std::uint32_t number) const;

    Persona const& persona_;
    Identity const& identity_;
    DeviceFacts const& facts_;
    std::map<std::string, std::string, std::less<>> values_;
    std::map<std::string, TableChange, std::less<>> tables_;
};

}  // namespace sim
