#pragma once

#include "soapH.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace cwmp {
struct Dialect;
}

namespace cwmp::codec {

/// A gSOAP context over memory; it never sees a socket. It has 164 KB and takes microseconds to make, so that there is
/// one for reading and one for writing in each thread; what one message left in it is gone before the next.
class SoapContext {
public:
    SoapContext();
    SoapContext(SoapContext const&) = delete;
    SoapContext& operator=(SoapContext const&) = delete;
    ~SoapContext();

    [[nodiscard]] soap* get() const { return soap_; }

private:
    soap* soap_;
};

/// Reads documents, one after the other.
class SoapInput {
public:
    [[nodiscard]] static SoapInput& of_thread();

    SoapInput();

    /// Makes ready to read `document`, which must stay where it is until `finish`. `attribute_names` is how many
    /// different ones it has: gSOAP remembers them all.
    void start(std::string_view document, bool ignore_namespaces, std::size_t attribute_names);

    /// Frees what reading took. `failed`: gSOAP stands anywhere.
    void finish(bool failed);

    [[nodiscard]] soap* get() const { return context_.get(); }
    [[nodiscard]] std::string_view document() const { return document_; }

private:
    static std::size_t receive(soap* context, char* buffer, std::size_t size);
    void rewind();

    SoapContext context_;
    std::string_view document_;
    std::size_t received_ = 0;
    std::size_t attribute_names_ = 0;
    bool is_clean_ = false;  ///< gSOAP's own preparation has run, and nothing failed since
};

/// Writes messages, one after the other.
class SoapOutput {
public:
    [[nodiscard]] static SoapOutput& of_thread();

    SoapOutput();

    /// Makes ready to append one message to `out` in a dialect; both must stay until `finish`.
    void start(std::string& out, Dialect const& dialect);
    void finish();

    [[nodiscard]] soap* get() const { return context_.get(); }
    [[nodiscard]] Dialect const& dialect() const { return *dialect_; }

    /// The output behind a soap that gSOAP hands to a serializer.
    [[nodiscard]] static SoapOutput& behind(soap* context) { return *static_cast<SoapOutput*>(context->user); }

private:
    static int send(soap* context, char const* bytes, std::size_t size);

    SoapContext context_;
    std::string* out_ = nullptr;
    Dialect const* dialect_ = nullptr;
};

}  // namespace cwmp::codec
