#pragma once

#include "net/http.hpp"
#include "net/tls_native.hpp"

#include <memory>

namespace net {

/// What the verified certificate of the other end says; null when it showed none.
[[nodiscard]] std::unique_ptr<ClientCertificate const> client_certificate(SSL* ssl);

}  // namespace net
