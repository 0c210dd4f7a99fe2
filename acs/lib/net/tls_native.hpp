#pragma once

#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace net {

/// Frees an OpenSSL object with its own function.
template <auto free>
struct Freed {
    template <class T>
    void operator()(T* object) const noexcept
    {
        free(object);
    }
};

using SslPointer = std::unique_ptr<SSL, Freed<SSL_free>>;
using SslContextPointer = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

/// The oldest error that OpenSSL noted on this thread, as text; empties the queue.
[[nodiscard]] std::string take_tls_error();

/// OpenSSL's number of a version.

[[nodiscard]] int native_version(TlsVersion version) noexcept;

}  // namespace net
