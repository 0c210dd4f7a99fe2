#include "device/persona.hpp"

#include "device/persona_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace sim {

ParameterSpec const* ObjectSpec::parameter(std::string_view named) const noexcept
{
    auto const found = std::ranges::find(parameters, named, &ParameterSpec::name);
    return found == parameters.end() ? nullptr : &*found;
}

ObjectSpec const* ObjectSpec::object(std::string_view named) const noexcept
{
    auto const found = std::ranges::find(objects, named, &ObjectSpec::name);
    return found == objects.end() ? nullptr : &*found;
}

void Persona::collect_paths(ObjectSpec const& object, std::string const& path, std::uint32_t instance)
{
    for (auto const& parameter : object.parameters) {
        if (parameter.in_every_inform)
            inform_paths_.push_back(path + parameter.name);
        if (parameter.notify == NotifyRule::forced || parameter.notify == NotifyRule::default_active)
            notified_paths_.push_back(path + parameter.name);
        if (parameter.is_changed_at_home)
            home_paths_.push_back(path + parameter.name);
    }
    for (auto const& child : object.objects) {
        auto const below = path + child.name + ".";
        if (!child.is_table) {
            collect_paths(child, below, instance);
            continue;
        }
        auto const count = child.counts[(std::max(instance, 1U) - 1) % child.counts.size()];
        for (std::uint32_t i = 1; i <= count; ++i)
            collect_paths(child, fmt::format("{}{}.", below, i), i);
    }
}

std::span<Persona const> personas()
{
    static std::vector<Persona> const all = [] {
        std::vector<Persona> read;
        for (auto const& text : persona_texts()) {
            auto persona = Persona::parse(text);
            if (!persona)
                throw std::logic_error{"a persona built into the program cannot be read: " + persona.error().what};
            read.push_back(std::move(*persona));
        }
        return read;
    }();
    return all;
}

Persona const* find_persona(std::string_view name)
{
    auto const all = personas();
    auto const found = std::ranges::find(all, name, &Persona::name);
    return found == all.end() ? nullptr : &*found;
}

std::string persona_names()
{
    std::string names;
    for (auto const& persona : personas())
        names += (names.empty() ? "" : ", ") + persona.name;
    return names;
}

}  // namespace sim
