#pragma once

#include "cwmp/codec/element_cursor.hpp"
#include "cwmp/codec/soap_context.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cwmp::codec {

/// The cursor over gSOAP's pull parser. It relies on what the guard has checked: one root, balanced tags, quoted
/// attributes. Tags and texts in their usual form are read straight from gSOAP's buffer, three times faster than by
/// gSOAP itself; everything else (references, CDATA, comments, what lies across the buffer's end) is left to gSOAP.
class SoapCursor final : public ElementCursor {
public:
    /// `document` must outlive the cursor. `attribute_names` is what the guard counted.
    SoapCursor(std::string_view document, bool ignore_namespaces, std::size_t attribute_names);
    ~SoapCursor() override;

    [[nodiscard]] bool next() override;
    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::string_view prefix() const override;
    [[nodiscard]] std::string_view type() const override { return type_; }
    void enter() override;
    void text(std::string& out) override;
    void text_and_enter(std::string& out) override;
    void raw(std::string& out) override;
    void skip() override;

private:
    /// Who has read the start tag of the current element, and whether it closed itself.
    enum class StartTag { left_to_gsoap, read, read_self_closing };

    /// The rest of gSOAP's buffer, when nothing was taken out of it in advance; else empty.
    [[nodiscard]] std::string_view buffered() const;
    void consume(std::size_t bytes) { soap_->bufidx += bytes; }

    [[nodiscard]] std::string_view to_next_tag();
    [[nodiscard]] bool read_end_tag(std::string_view rest, std::size_t tag_size);
    [[nodiscard]] bool read_start_tag(std::string_view rest);
    [[nodiscard]] bool next_by_gsoap();
    [[nodiscard]] bool begin();
    [[nodiscard]] bool read_plain_text(std::string& out);
    void find_type();
    void give_up();

    SoapInput& input_;
    soap* soap_;
    StartTag start_tag_ = StartTag::left_to_gsoap;
    bool is_childless_ = false;  ///< the element entered last closed itself
    std::string_view tag_;       ///< of the current element, with its prefix
    std::string_view type_;      ///< its xsi:type
    std::string scratch_;
};

}  // namespace cwmp::codec
