#pragma once

#include "base/result.hpp"
#include "net/tls.hpp"

#include <string>
#include <vector>

namespace net {

/// Where make_certificates wrote what it made.
struct MadeCertificates {
    std::string ca_file;      ///< PEM certificate of the authority
    std::string ca_key_file;  ///< its private key, to make client certificates with
    CertificateFiles ecdsa;   ///< server certificate, P-256
    CertificateFiles rsa;     ///< server certificate, RSA-2048
};

/// Makes an authority of its own and two server certificates signed by it in `folder` (which must exist): ca.pem,
/// ca.key, server-ecdsa.{pem,key}, server-rsa.{pem,key}; keys readable by the owner only. `names` are DNS names and IP
/// addresses for subjectAltName; the first is also the common name. Valid from a day ago for `days`. Fails naming
/// the file that could not be written.
[[nodiscard]] base::Result<MadeCertificates> make_certificates(std::string const& folder,
                                                               std::vector<std::string> const& names, int days = 825);

/// Makes a client certificate (P-256) signed by the authority of `made`: `file_name`.pem and .key in `folder`.
[[nodiscard]] base::Result<CertificateFiles> make_client_certificate(std::string const& folder,
                                                                     MadeCertificates const& made,
                                                                     std::string const& common_name,
                                                                     std::string const& file_name, int days = 825);

}  // namespace net
