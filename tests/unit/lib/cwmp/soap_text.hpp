#pragma once

#include <string>

/// Parts of CWMP messages as text, for tests of the decoder.
namespace cwmp_test {

inline std::string replaced(std::string text, std::string const& from, std::string const& to)
{
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

inline std::string in_envelope(std::string const& body, std::string const& header = "<cwmp:ID>7</cwmp:ID>")
{
    return "<?xml version=\"1.0\"?>"
           "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\""
           " xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\""
           " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
           " xmlns:cwmp=\"urn:dslforum-org:cwmp-1-0\">" +
           (header.empty() ? "" : "<SOAP-ENV:Header>" + header + "</SOAP-ENV:Header>") + "<SOAP-ENV:Body>" + body +
           "</SOAP-ENV:Body></SOAP-ENV:Envelope>";
}

inline std::string parameter(std::string const& name, std::string const& value,
                             std::string const& attributes = " xsi:type=\"xsd:string\"")
{
    return "<ParameterValueStruct><Name>" + name + "</Name><Value" + attributes + ">" + value +
           "</Value></ParameterValueStruct>";
}

/// A GetParameterValuesResponse with these ParameterValueStructs.
inline std::string values(std::string const& list, std::string const& list_attributes = "")
{
    return in_envelope("<cwmp:GetParameterValuesResponse><ParameterList" + list_attributes + ">" + list +
                       "</ParameterList></cwmp:GetParameterValuesResponse>");
}

inline std::string inform_body(std::string const& list = parameter("A", "a"), std::string const& extra = "")
{
    return "<cwmp:Inform><DeviceId><Manufacturer>M</Manufacturer><OUI>00AABB</OUI><ProductClass>P</ProductClass>"
           "<SerialNumber>S1</SerialNumber></DeviceId>"
           "<Event SOAP-ENC:arrayType=\"cwmp:EventStruct[1]\"><EventStruct><EventCode>2 PERIODIC</EventCode>"
           "<CommandKey/></EventStruct></Event><MaxEnvelopes>1</MaxEnvelopes>"
           "<CurrentTime>2024-05-01T12:00:00</CurrentTime><RetryCount>3</RetryCount>" +
           extra + "<ParameterList>" + list + "</ParameterList></cwmp:Inform>";
}

}  // namespace cwmp_test
