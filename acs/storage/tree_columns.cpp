#include "storage/tree_columns.hpp"

#include "storage/array_text.hpp"
#include "storage/overlay.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

namespace storage {

namespace {

constexpr unsigned sealed_bit = 0x8000;  // beside the bits of datamodel::packed

std::vector<std::size_t> order_by_id(std::vector<PathRef> const& paths)
{
    std::vector<std::size_t> order;
    order.reserve(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i)
        if (paths[i])
            order.push_back(i);
    std::ranges::sort(order, {}, [&](std::size_t i) { return paths[i]->id; });
    return order;
}

PromotedValue promoted(datamodel::Node const& node, PathEntry const& path)
{
    PromotedValue value{path.id, std::nullopt, node.changed};
    if (node.value->size() <= most_promoted_bytes)
        value.value = storable(*node.value);
    if (value.value && value.value->size() > most_promoted_bytes)  // repairing made it longer
        value.value.reset();
    return value;
}

/// An entry of a tree; `text` is what its value refers to, or the secret that is put into `secrets`.
datamodel::Node decode_node(std::string_view path, unsigned bits, std::string_view text,
                            std::deque<std::string>& secrets, base::Sealer const& sealer, domain::DeviceKey device)
{
    datamodel::Node node;
    node.path = path;
    datamodel::unpack(static_cast<std::uint16_t>(bits & ~sealed_bit), node);
    if (node.value)
        node.value = text;
    if (node.value && (bits & sealed_bit) != 0) {
        auto secret = sealer.open(text, value_place(device, path));
        node.value.reset();
        if (secret)
            node.value = secrets.emplace_back(std::move(*secret));
    }
    return node;
}

}  // namespace

EncodedTree encode_tree(datamodel::ParameterTree const& tree, std::vector<PathRef> const& paths,
                        base::Sealer const& sealer, domain::DeviceKey device)
{
    EncodedTree encoded;
    auto& [ids, values, changed, flags] = encoded.elements;
    for (auto const index : order_by_id(paths)) {
        auto const node = tree[index];
        auto const& path = *paths[index];
        bool const is_sealed = node.value && path.is_secret;
        ids.add(path.id);
        if (is_sealed)
            values.add(std::string_view{sealer.seal(*node.value, value_place(device, path.path))});
        else
            values.add(node.value.value_or(""));
        changed.add(node.changed);
        unsigned const bits = datamodel::packed(node) | (is_sealed ? sealed_bit : 0U);
        flags += static_cast<char>(bits >> 8U);
        flags += static_cast<char>(bits & 0xffU);
        if (path.is_promoted && node.value)
            encoded.promoted.push_back(promoted(node, path));
    }
    return encoded;
}

datamodel::ParameterTree decode_entries(std::vector<TreeEntry> const& entries, base::Sealer const& sealer,
                                        domain::DeviceKey device)
{
    std::deque<std::string> secrets;
    std::vector<datamodel::Node> nodes;
    for (auto const& entry : entries)
        if (entry.bits) {
            nodes.push_back(decode_node(entry.path, *entry.bits, entry.text, secrets, sealer, device));
            nodes.back().changed = entry.changed;
        }
    auto tree = datamodel::ParameterTree::of(std::move(nodes));
    for (auto const& entry : entries)
        if (entry.recent)
            tree.set_values({{entry.path, *entry.recent}}, entry.recent_changed);
    return tree;
}

datamodel::ParameterTree decode_tree(TreeBytes const& bytes, std::vector<PathRef> const& paths,
                                     base::Sealer const& sealer, domain::DeviceKey device)
{
    auto const values = read_texts(bytes.values);
    auto const changed = read_integers(bytes.changed);
    auto const& flags = bytes.flags;
    auto const count = std::min({paths.size(), values.size(), changed.size(), flags.size() / 2});
    std::deque<std::string> secrets;  // what views into them need
    std::vector<datamodel::Node> nodes;
    nodes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!paths[i])
            continue;
        unsigned const bits =
            static_cast<unsigned char>(flags[2 * i]) << 8U | static_cast<unsigned char>(flags[2 * i + 1]);
        auto node = decode_node(paths[i]->path, bits, values[i], secrets, sealer, device);
        node.changed = changed[i];
        nodes.push_back(node);
    }
    return datamodel::ParameterTree::of(std::move(nodes));
}

}  // namespace storage
