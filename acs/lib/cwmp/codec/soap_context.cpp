#include "cwmp/codec/soap_context.hpp"

#include "cwmp/dialect.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace {

// Column 2 is written, column 3 is a pattern accepted on reading.
constexpr std::size_t namespaces_per_table = 6;
using NamespaceTable = std::array<Namespace, namespaces_per_table>;

constexpr NamespaceTable table_of(char const* cwmp)
{
    return {{
        {"SOAP-ENV", "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/*/soap-envelope", nullptr},
        {"SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/*/soap-encoding", nullptr},
        {"xsi", "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/*/XMLSchema-instance", nullptr},
        {"xsd", "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/*/XMLSchema", nullptr},
        {"cwmp", cwmp, "urn:dslforum-org:cwmp-*", nullptr},
        {nullptr, nullptr, nullptr, nullptr},
    }};
}

/// By the digit of CWMP's namespace. Versions 1.2 to 1.4 all use 2; agents in the field use others, too.
constexpr std::array<NamespaceTable, 10> tables{
    table_of("urn:dslforum-org:cwmp-1-0"), table_of("urn:dslforum-org:cwmp-1-1"), table_of("urn:dslforum-org:cwmp-1-2"),
    table_of("urn:dslforum-org:cwmp-1-3"), table_of("urn:dslforum-org:cwmp-1-4"), table_of("urn:dslforum-org:cwmp-1-5"),
    table_of("urn:dslforum-org:cwmp-1-6"), table_of("urn:dslforum-org:cwmp-1-7"), table_of("urn:dslforum-org:cwmp-1-8"),
    table_of("urn:dslforum-org:cwmp-1-9"),
};

}  // namespace

/// What gSOAP's library uses for a context without a table of its own; it only has to exist.
Namespace namespaces[] = {{nullptr, nullptr, nullptr, nullptr}};

namespace cwmp::codec {
namespace {

constexpr soap_mode common_mode = SOAP_ENC_PLAIN | SOAP_C_UTFSTRING | SOAP_XML_TREE;

/// The guard's limits are the ones that count; these only back them.
constexpr int deepest_level = 300;

}  // namespace

SoapContext& SoapContext::of_thread()
{
    thread_local SoapContext context;
    return context;
}

SoapContext::SoapContext() : soap_{soap_new2(common_mode, common_mode | SOAP_IO_BUFFER | SOAP_XML_NOTYPE)}
{
    if (soap_ == nullptr)
        throw std::bad_alloc{};
    soap_->user = this;
    soap_->frecv = &receive;
    soap_->fsend = &send;
    soap_->maxlevel = deepest_level;
    soap_->maxlength = 0;
    soap_set_namespaces(soap_, tables[0].data());
}

SoapContext::~SoapContext()
{
    soap_destroy(soap_);
    soap_end(soap_);
    soap_free(soap_);
}

std::size_t SoapContext::receive(soap* context, char* buffer, std::size_t size)
{
    auto& self = behind(context);
    auto const count = std::min(size, self.document_.size() - self.received_);
    std::memcpy(buffer, self.document_.data() + self.received_, count);
    self.received_ += count;
    return count;
}

int SoapContext::send(soap* context, char const* bytes, std::size_t size)
{
    behind(context).out_->append(bytes, size);
    return SOAP_OK;
}

void SoapContext::start_reading(std::string_view document, bool ignore_namespaces)
{
    document_ = document;
    received_ = 0;
    soap_clr_imode(soap_, SOAP_XML_IGNORENS);
    if (ignore_namespaces)
        soap_set_imode(soap_, SOAP_XML_IGNORENS);
    soap_begin_recv(soap_);
}

void SoapContext::finish_reading(bool thorough)
{
    document_ = {};
    if (thorough || soap_->error != SOAP_OK || soap_->clist != nullptr) {
        soap_destroy(soap_);
        soap_end(soap_);
    } else {
        soap_dealloc(soap_, nullptr);
    }
    soap_->error = SOAP_OK;
}

void SoapContext::start_writing(std::string& out, Dialect const& dialect)
{
    out_ = &out;
    dialect_ = &dialect;
    // Without this the context would go on in the namespace of the last message it read.
    soap_set_namespaces(soap_, tables[std::min<std::size_t>(dialect.namespace_digit, tables.size() - 1)].data());
    soap_->encodingStyle = nullptr;
    soap_->prolog = dialect.xml_declaration ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" : "";
    soap_begin_send(soap_);
}

void SoapContext::finish_writing()
{
    soap_end_send(soap_);
    soap_dealloc(soap_, nullptr);
    soap_->error = SOAP_OK;
    out_ = nullptr;
    dialect_ = nullptr;
}

}  // namespace cwmp::codec
