#include "datamodel/data_model.hpp"
#include "datamodel/definition_reader.hpp"
#include "datamodel/pattern.hpp"
#include "datamodel/tree.hpp"
#include "datamodel/value.hpp"
#include "support/tree_diff.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace datamodel;

constexpr DefinitionLimits limits{.files = 2,
                                  .file_bytes = 64 * 1024,
                                  .tags_per_file = 4096,
                                  .definitions = 2000,
                                  .total_bytes = 4 * 1024 * 1024,
                                  .nesting = 8,
                                  .facets = 32,
                                  .description_bytes = 512};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Definitions are read, or refused with a reason; every one that was read can be looked up and asked.
void read_xml(std::string_view text)
{
    auto const cut = text.find("<?next?>");
    std::vector<DefinitionFile> files{{"a.xml", std::string{text.substr(0, cut)}}};
    if (cut != text.npos)
        files.push_back({"b.xml", std::string{text.substr(cut)}});
    auto const set = read_definitions(files, limits);
    if (!set)
        return require(!set.error().what.empty());
    DataModel const model{set->definitions};
    for (auto const& definition : model.definitions()) {
        require(definition.path.size() <= cwmp::max_path_length);
        static_cast<void>(model.describe(definition.path));
        static_cast<void>(allowed_values(definition));
        for (auto const value : {"", "1", "-1,2", "abc", "192.0.2.1"})
            static_cast<void>(check_definition(definition, value));
    }
}

/// A value has one canonical form, and that form is its own.
void read_value(std::string_view text, std::uint8_t kind)
{
    auto const type = static_cast<cwmp::ValueType>(kind % 11);
    auto const once = canonical(text, type);
    require(canonical(once, type) == once);
    require(same_value(text, once, type));
    if (auto const wire = to_wire(text, type))
        require(check_value(*wire, type).has_value());
    static_cast<void>(is_ipv6_address(text));
}

void match_pattern(std::string_view text)
{
    auto const cut = text.find('\n');
    auto const pattern = Pattern::compile(text.substr(0, cut));
    if (pattern)
        static_cast<void>(pattern->matches(text.substr(0, 256)));
}

/// Each line is a step: a letter for what is done, and a path. The tree stays sorted and within its limits, and says
/// truly what changed.
void change_tree(std::string_view text)
{
    ParameterTree tree{{.parameters = 16, .path_bytes = 24, .value_bytes = 16, .total_bytes = 400}};
    std::int32_t now = 0;
    while (!text.empty() && ++now < 200) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty())
            continue;
        auto const path = line.substr(1, line.find('=', 1) - 1);
        auto const value = line.substr(std::min(path.size() + 2, line.size()));
        auto const before = tree;
        TreeChange change;
        switch (line.front()) {
            case 'v': change = tree.set_values({{path, value}, {"Device.A.1.B", value}}, now); break;
            case 'n': change = tree.set_names({{path, now % 2 == 0}}); break;
            case 'N': change = tree.replace_names(path, {{value, true}}); break;
            case 'C': change = tree.replace_children(path, {{value, true}}); break;
            case 'V': change = tree.replace_values(path, {{value, "1"}}, now); break;
            case 'd': change = tree.remove(path); break;
            case 'a': change = tree.set_notifications({{path, 1}}); break;
            default: continue;
        }
        change.refused = {};
        require(change == support::diff(before, tree));
        require(tree.size() <= 16);
        for (std::size_t at = 1; at < tree.size(); ++at)
            require(tree[at - 1].path < tree[at].path);
    }
}

}  // namespace

/// The first byte says what the rest is.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const text{reinterpret_cast<char const*>(data) + 1, size - 1};
    switch (data[0]) {
        case 'x': read_xml(text); break;
        case 'p': match_pattern(text); break;
        case 't': change_tree(text); break;
        default: read_value(text, data[0]); break;
    }
    return 0;
}
