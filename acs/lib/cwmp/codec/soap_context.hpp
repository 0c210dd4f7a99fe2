#pragma once

#include "soapH.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace cwmp {
struct Dialect;
}

namespace cwmp::codec {

/// A gSOAP context that reads from and writes to memory. It has 164 KB, so there is one per thread; what one message
/// left in it is gone before the next.
class SoapContext {
public:
    /// This thread's context.
    [[nodiscard]] static SoapContext& of_thread();

    SoapContext();
    SoapContext(SoapContext const&) = delete;
    SoapContext& operator=(SoapContext const&) = delete;
    ~SoapContext();

    /// Makes ready to read `document`, which must stay where it is until `finish`.
    void start_reading(std::string_view document, bool ignore_namespaces);

    /// Frees what reading took. `thorough`: also what gSOAP keeps for the next message.
    void finish_reading(bool thorough);

    /// Makes ready to append one message to `out` in a dialect; both must stay until it is written.
    void start_writing(std::string& out, Dialect const& dialect);
    void finish_writing();

    [[nodiscard]] soap* get() const { return soap_; }
    [[nodiscard]] std::string_view document() const { return document_; }
    [[nodiscard]] Dialect const& dialect() const { return *dialect_; }

    /// The context behind a soap that gSOAP hands to a serializer.
    [[nodiscard]] static SoapContext& behind(soap* context) { return *static_cast<SoapContext*>(context->user); }

private:
    static std::size_t receive(soap* context, char* buffer, std::size_t size);
    static int send(soap* context, char const* bytes, std::size_t size);

    soap* soap_;
    std::string_view document_;
    std::size_t received_ = 0;
    std::string* out_ = nullptr;
    Dialect const* dialect_ = nullptr;
};

}  // namespace cwmp::codec
