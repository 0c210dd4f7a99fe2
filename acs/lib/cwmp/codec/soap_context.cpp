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

/// So many attribute names may gSOAP remember from message to message; it searches them one by one.
constexpr std::size_t remembered_attribute_names = 64;

}  // namespace

SoapContext::SoapContext() : soap_{soap_new2(common_mode, common_mode | SOAP_IO_BUFFER | SOAP_XML_NOTYPE)}
{
    if (soap_ == nullptr)
        throw std::bad_alloc{};
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

SoapInput& SoapInput::of_thread()
{
    thread_local SoapInput input;
    return input;
}

SoapInput::SoapInput()
{
    get()->user = this;
    get()->frecv = &receive;
}

std::size_t SoapInput::receive(soap* context, char* buffer, std::size_t size)
{
    auto& self = *static_cast<SoapInput*>(context->user);
    auto const count = std::min(size, self.document_.size() - self.received_);
    std::memcpy(buffer, self.document_.data() + self.received_, count);
    self.received_ += count;
    return count;
}

void SoapInput::start(std::string_view document, bool ignore_namespaces, std::size_t attribute_names)
{
    document_ = document;
    received_ = 0;
    attribute_names_ += attribute_names;
    soap_clr_imode(get(), SOAP_XML_IGNORENS);
    if (ignore_namespaces)
        soap_set_imode(get(), SOAP_XML_IGNORENS);
    if (is_clean_)
        rewind();
    else
        soap_begin_recv(get());
    is_clean_ = true;
}

/// What soap_begin_recv would do for the next document on the same context, without clearing tables of 50 KB that
/// only references between elements (id, href) would have filled. A fifth of the time to read an Inform.
void SoapInput::rewind()
{
    soap* const s = get();
    s->level = 0;
    soap_pop_namespace(s);
    soap_clr_attr(s);
    s->bufidx = 0;
    s->buflen = 0;
    s->count = 0;
    s->ahead = 0;
    s->cdata = 0;
    s->peeked = 0;
    s->body = 1;
    s->mustUnderstand = 0;
    s->null = 0;
    s->error = SOAP_OK;
    s->mode = s->imode;
}

void SoapInput::finish(bool failed)
{
    document_ = {};
    soap* const s = get();
    if (failed || s->error != SOAP_OK || s->clist != nullptr || attribute_names_ > remembered_attribute_names) {
        soap_destroy(s);
        soap_end(s);
        s->error = SOAP_OK;
        attribute_names_ = 0;
        is_clean_ = false;
    } else if (s->alist != nullptr) {
        soap_dealloc(s, nullptr);
    }
}

SoapOutput& SoapOutput::of_thread()
{
    thread_local SoapOutput output;
    return output;
}

SoapOutput::SoapOutput()
{
    get()->user = this;
    get()->fsend = &send;
}

int SoapOutput::send(soap* context, char const* bytes, std::size_t size)
{
    behind(context).out_->append(bytes, size);
    return SOAP_OK;
}

void SoapOutput::start(std::string& out, Dialect const& dialect)
{
    out_ = &out;
    dialect_ = &dialect;
    soap* const s = get();
    // Without this the context would go on in the namespace of its last message.
    soap_set_namespaces(s, tables[std::min<std::size_t>(dialect.namespace_digit, tables.size() - 1)].data());
    s->encodingStyle = nullptr;
    s->prolog = dialect.xml_declaration ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" : "";
    soap_begin_send(s);
}

void SoapOutput::finish()
{
    soap_end_send(get());
    soap_dealloc(get(), nullptr);
    get()->error = SOAP_OK;
    out_ = nullptr;
    dialect_ = nullptr;
}

}  // namespace cwmp::codec
