#pragma once

#include "cwmp/codec/codec.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cwmp::codec {

/// Walks over the elements of a document, one after the other, whatever parser is below.
/// `next` moves to the next child of the element that was entered last; exactly one of `enter`, `text`, `raw` and
/// `skip` must follow before the next `next`. After a failure all of them do nothing and `next` is false.
class ElementCursor {
public:
    ElementCursor() = default;
    ElementCursor(ElementCursor const&) = delete;
    ElementCursor& operator=(ElementCursor const&) = delete;
    virtual ~ElementCursor() = default;

    /// Moves to the next child; false when there is none (the cursor then stands after the parent) or after a failure.
    [[nodiscard]] virtual bool next() = 0;

    /// Local name and prefix of the current element. These views are good until the cursor moves.
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::string_view prefix() const = 0;

    /// The xsi:type of the current element as written, good until the cursor moves; empty when it has none.
    [[nodiscard]] virtual std::string_view type() const = 0;

    /// Goes into the current element: `next` gives its children.
    virtual void enter() = 0;

    /// Reads the text of the current element, replacing `out`, and passes the element.
    virtual void text(std::string& out) = 0;

    /// Reads the text before the first child, replacing `out`, and goes into the current element.
    virtual void text_and_enter(std::string& out) = 0;

    /// What is between the tags of the current element, as XML, replacing `out`; passes the element.
    virtual void raw(std::string& out) = 0;

    /// Passes the current element.
    virtual void skip() = 0;

    /// Gives up. Only the first failure counts.
    void fail(errc code, std::string what)
    {
        if (!error_)
            error_ = DecodeError{code, std::move(what)};
    }
    [[nodiscard]] bool failed() const { return error_.has_value(); }
    [[nodiscard]] std::optional<DecodeError> const& error() const { return error_; }

private:
    std::optional<DecodeError> error_;
};

}  // namespace cwmp::codec
