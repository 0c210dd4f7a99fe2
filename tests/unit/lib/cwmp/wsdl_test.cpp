#include "cwmp/message_fields.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace cwmp;

class Wsdl : public testing::Test {
protected:
    Wsdl() { loaded_ = document_.load_file(ACS_SOURCE_DIR "/wsdl/cwmp.wsdl"); }

    void SetUp() override { ASSERT_TRUE(loaded_) << loaded_.description(); }

    /// The names of the elements that a message is described to have.
    std::vector<std::string> described(std::string const& message)
    {
        auto const path = "//xs:schema/xs:element[@name='" + message + "']//xs:sequence/xs:element/@name";
        std::vector<std::string> names;
        for (auto const& name : document_.select_nodes(path.c_str()))
            names.emplace_back(name.attribute().value());
        return names;
    }

    [[nodiscard]] bool has(std::string const& path) { return !document_.select_nodes(path.c_str()).empty(); }

    pugi::xml_document document_;
    pugi::xml_parse_result loaded_;
};

template <class T>
std::vector<std::string> fields()
{
    std::vector<std::string> names;
    std::apply([&](auto const&... field) { (names.emplace_back(field.name), ...); }, fields_of<T>);
    return names;
}

template <class T>
constexpr bool is_described = !std::is_same_v<T, Empty> && !std::is_same_v<T, Unknown> &&
                              !std::is_same_v<T, Notification> && !std::is_same_v<T, XmppConnectionRequest>;

template <std::size_t Index = 0, class Check>
void for_each_message(Check const& check)
{
    if constexpr (Index < std::variant_size_v<Message>) {
        using T = std::variant_alternative_t<Index, Message>;
        if constexpr (is_described<T>)
            check(std::type_identity<T>{});
        for_each_message<Index + 1>(check);
    }
}

TEST_F(Wsdl, DescribesTheElementsOfEveryMessageInTheirOrder)
{
    for_each_message([&]<class T>(std::type_identity<T>) {
        std::string const name{method_name_of<T>};
        EXPECT_TRUE(has("//xs:schema/xs:element[@name='" + name + "']")) << name;
        EXPECT_EQ(described(name), fields<T>()) << name;
    });
}

TEST_F(Wsdl, HasAnOperationForEveryRequest)
{
    for_each_message([&]<class T>(std::type_identity<T>) {
        std::string const name{method_name_of<T>};
        if (name != "Fault" && !name.ends_with("Response"))
            EXPECT_TRUE(has("//wsdl:portType/wsdl:operation[@name='" + name + "']")) << name;
    });
}

}  // namespace
