#include "cwmp/codec/bare_writer.hpp"

#include "cwmp/codec/text_repair.hpp"

#include <string_view>

namespace cwmp::codec {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

void element(std::string& out, std::string_view name, std::string_view text)
{
    out.append("<").append(name).append(">");
    append_escaped(out, text);
    out.append("</").append(name).append(">");
}

void element(std::string& out, ParameterValue const& parameter)
{
    auto const type =
        parameter.type == ValueType::base64 ? std::string_view{"base64Binary"} : to_string(parameter.type);
    out += "<Param>";
    element(out, "Name", parameter.name);
    out.append("<Value xsi:type=\"xsd:").append(type.empty() ? "string" : type).append("\">");
    append_escaped(out, parameter.value);
    out += "</Value></Param>";
}

}  // namespace

std::string write_bare(Notification const& notification, Dialect const& dialect)
{
    std::string out{dialect.xml_declaration ? declaration : std::string_view{}};
    out += "<Notification xmlns=\"urn:broadband-forum-org:cwmp:lwnotif-1-0\""
           " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">";
    element(out, "TS", std::to_string(notification.ts));
    element(out, "UN", notification.un);
    element(out, "CN", notification.cn);
    element(out, "OUI", notification.oui);
    element(out, "ProductClass", notification.product_class);
    element(out, "SerialNumber", notification.serial_number);
    for (auto const& parameter : notification.param)
        element(out, parameter);
    return out + "</Notification>";
}

std::string write_bare(XmppConnectionRequest const& request, Dialect const& dialect)
{
    std::string out{dialect.xml_declaration ? declaration : std::string_view{}};
    out += "<connectionRequest xmlns=\"urn:broadband-forum-org:cwmp:xmppConnReq-1-0\">";
    element(out, "username", request.username);
    element(out, "password", request.password);
    return out + "</connectionRequest>";
}

}  // namespace cwmp::codec
