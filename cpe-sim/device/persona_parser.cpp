#include "device/persona_line.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sim {
namespace {

using persona_text::at;
using persona_text::Line;
using persona_text::Lines;
using persona_text::read_object;
using persona_text::read_parameter;

/// Puts lines together to a persona.
class Reader {
public:
    explicit Reader(Lines lines) : lines_{std::move(lines)} {}

    base::Result<Persona> read()
    {
        Persona persona;
        while (next_ < lines_.size()) {
            auto const& line = lines_[next_];
            auto read = line.text.starts_with(": ")        ? property(persona)
                        : line.text.starts_with("define ") ? definition()
                                                           : root(persona);
            if (!read)
                return std::unexpected{read.error()};
        }
        if (persona.name.empty() || persona.root.name.empty())
            return base::fail("a persona needs a name (\": name ...\") and a root object");
        return persona;
    }

private:
    base::Result<void> property(Persona& persona)
    {
        auto const& line = lines_[next_++];
        auto const text = line.text.substr(2);
        auto const blank = std::min(text.find(' '), text.size());
        auto const name = text.substr(0, blank);
        std::map<std::string_view, std::string*> const known{{"name", &persona.name},
                                                             {"title", &persona.title},
                                                             {"manufacturer", &persona.manufacturer},
                                                             {"oui", &persona.oui},
                                                             {"product-class", &persona.product_class},
                                                             {"model", &persona.model_name},
                                                             {"hardware", &persona.hardware_version},
                                                             {"software", &persona.software_version},
                                                             {"serial", &persona.serial_prefix}};
        auto const found = known.find(name);
        if (found == known.end())
            return at(line, "there is no such property");
        *found->second = text.substr(std::min(blank + 1, text.size()));
        return {};
    }

    base::Result<void> definition()
    {
        auto const& line = lines_[next_++];
        auto const first = next_;
        while (next_ < lines_.size() && lines_[next_].level > line.level)
            ++next_;
        auto& block = blocks_[line.text.substr(7)];
        block.assign(lines_.begin() + static_cast<std::ptrdiff_t>(first),
                     lines_.begin() + static_cast<std::ptrdiff_t>(next_));
        return {};
    }

    base::Result<void> root(Persona& persona)
    {
        auto const& line = lines_[next_++];
        if (!persona.root.name.empty() || line.level != 0 || !line.text.ends_with('.'))
            return at(line, "a persona has one root object, not indented");
        persona.root.name = line.text.substr(0, line.text.size() - 1);
        return children(lines_, next_, 1, persona.root);
    }

    base::Result<void> children(Lines const& lines, std::size_t& next, std::size_t level, ObjectSpec& into)
    {
        while (next < lines.size() && lines[next].level >= level) {
            auto const& line = lines[next];
            if (line.level != level)
                return at(line, "is indented too far");
            ++next;
            auto read = child(lines, next, line, into);
            if (!read)
                return read;
        }
        return {};
    }

    base::Result<void> child(Lines const& lines, std::size_t& next, Line const& line, ObjectSpec& into)
    {
        if (line.text.starts_with("use "))
            return use(line, into);
        auto const name = line.text.substr(0, line.text.find(' '));
        if (name.find('.') == name.npos) {
            auto parameter = read_parameter(line);
            if (!parameter)
                return std::unexpected{parameter.error()};
            if (into.parameter(parameter->name) != nullptr)
                return at(line, "is there twice");
            into.parameters.push_back(std::move(*parameter));
            return {};
        }
        auto object = read_object(line);
        if (!object)
            return std::unexpected{object.error()};
        if (into.object(object->name) != nullptr)
            return at(line, "is there twice");
        auto read = children(lines, next, line.level + 1, *object);
        into.objects.push_back(std::move(*object));
        return read;
    }

    base::Result<void> use(Line const& line, ObjectSpec& into)
    {
        auto const found = blocks_.find(line.text.substr(4));
        if (found == blocks_.end() || found->second.empty())
            return at(line, "no such block was defined above");
        std::size_t next = 0;
        return children(found->second, next, found->second.front().level, into);
    }

    Lines lines_;
    std::size_t next_ = 0;
    std::map<std::string_view, Lines> blocks_;
};

}  // namespace

base::Result<Persona> Persona::parse(std::string_view text)
{
    auto lines = persona_text::split(text);
    if (!lines)
        return std::unexpected{lines.error()};
    auto persona = Reader{std::move(*lines)}.read();
    if (persona)
        persona->collect_paths(persona->root, persona->root_path(), 0);
    return persona;
}

}  // namespace sim
