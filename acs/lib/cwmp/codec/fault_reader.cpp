#include "cwmp/codec/fault_reader.hpp"

#include "cwmp/codec/scalars.hpp"
#include "cwmp/codec/structure_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cwmp::codec {
namespace {

/// A SOAP fault with the CWMP fault that hangs somewhere inside it: in its detail, in its faultstring, without a
/// namespace, or not at all.
class FaultReader {
public:
    FaultReader(ElementCursor& cursor, DecodeLimits const& limits) : cursor_{cursor}, arguments_{cursor, {}, limits} {}

    Fault read()
    {
        children();
        tidy();
        return std::move(fault_);
    }

private:
    void children()
    {
        cursor_.enter();
        rest();
    }

    void rest()
    {
        while (cursor_.next())
            child(cursor_.name());
    }

    void child(std::string_view name)
    {
        if (name == "faultcode" || name == "Value")
            cursor_.text(faultcode_);
        else if (name == "faultstring" || name == "Text")
            faultstring();
        else if (name == "FaultCode")
            number(fault_.code);
        else if (name == "FaultString")
            cursor_.text(fault_string_.emplace());
        else if (name == "SetParameterValuesFault")
            arguments_.structure(fault_.set_parameter_values_faults.emplace_back());
        else if (name == "detail" || name == "Detail" || name == "Fault" || name == "Code" || name == "Reason")
            children();
        else
            cursor_.skip();
    }

    void faultstring()
    {
        cursor_.text_and_enter(faultstring_);
        rest();
    }

    void number(unsigned& value)
    {
        std::string text;
        cursor_.text(text);
        value = to_unsigned(text);
    }

    /// Without a CWMP fault the code may stand at the front of the faultcode or of the faultstring.
    [[nodiscard]] unsigned code_elsewhere() const
    {
        for (auto const* text : {&faultcode_, &faultstring_})
            if (is_fault_code(to_unsigned(*text)))
                return to_unsigned(*text);
        return fault_code::internal_error;
    }

    static bool is_fault_code(unsigned code) { return code >= 8000 && code <= 9899; }

    void tidy()
    {
        trim(faultcode_);
        trim(faultstring_);
        fault_.string = fault_string_.value_or(faultstring_);
        trim(fault_.string);
        faultcode_.erase(0, faultcode_.rfind(':') + 1);
        if (fault_.code == 0)
            fault_.code = code_elsewhere();
        bool const blames_sender = faultcode_.starts_with("Client") || faultcode_ == "Sender";
        bool const blames_server = faultcode_.starts_with("Server") || faultcode_ == "Receiver";
        fault_.soap_code = blames_sender ? "Client" : blames_server ? "Server" : soap_code_for(fault_.code);
    }

    ElementCursor& cursor_;
    StructureReader arguments_;
    Fault fault_;
    std::string faultcode_;
    std::string faultstring_;                  ///< SOAP's
    std::optional<std::string> fault_string_;  ///< CWMP's
};

}  // namespace

Fault read_fault(ElementCursor& cursor, DecodeLimits const& limits)
{
    return FaultReader{cursor, limits}.read();
}

}  // namespace cwmp::codec
