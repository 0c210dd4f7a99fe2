#pragma once

#include "cwmp/codec/element_cursor.hpp"

#include <pugixml.hpp>

#include <string_view>
#include <vector>

namespace cwmp::codec {

/// The cursor of last resort: pugixml's tree, which takes undeclared prefixes and doubled attributes.
class DomCursor final : public ElementCursor {
public:
    /// Parses a copy of `document`; the cursor has failed when even pugixml cannot make sense of it.
    explicit DomCursor(std::string_view document);

    [[nodiscard]] bool next() override;
    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::string_view prefix() const override;
    [[nodiscard]] std::string_view type() const override;
    void enter() override;
    void text(std::string& out) override;
    void text_and_enter(std::string& out) override;
    void raw(std::string& out) override;
    void skip() override {}

private:
    pugi::xml_document document_;
    std::vector<pugi::xml_node> parents_;
    pugi::xml_node previous_;  ///< the child of parents_.back() that `next` gave last
};

}  // namespace cwmp::codec
