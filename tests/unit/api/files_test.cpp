#include "api_fixture.hpp"

namespace api_test {
namespace {

class FilesTest : public ApiTest {
protected:
    Reply add(std::string_view query, std::string_view body)
    {
        return call("POST", fmt::format("/api/v1/files{}", query), body,
                    {{"Content-Type", "application/octet-stream"}});
    }
};

TEST_F(FilesTest, AnUploadIsStoredAndDescribed)
{
    auto const reply = add("?name=fw-2.0.bin&version=2.0&product_class=HG-1000", "abc");
    ASSERT_EQ(reply.status, 201u);
    EXPECT_EQ(reply.headers.get("Location"), "/api/v1/files/1");
    EXPECT_EQ(reply.body.at("size").to_number<int>(), 3);
    EXPECT_EQ(reply.body.at("sha256").as_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(reply.body.at("file_type").as_string(), "1 Firmware Upgrade Image");
    EXPECT_EQ(reply.body.at("version").as_string(), "2.0");
    EXPECT_EQ(get("/api/v1/files/1").body, reply.body);
    EXPECT_EQ(directory_.contents.begin()->second, "abc");
}

TEST_F(FilesTest, ABadDescriptionIsRefusedBeforeTheBodyComes)
{
    EXPECT_EQ(add("", "x").fields(), "name");
    EXPECT_EQ(add("?name=a%2Fb&type=firmware&what=1", "x").fields(), "name type what");
    for (auto const* name : {"", ".", "..", "a%20b", "a%0Ab", "a%5Cb"})
        EXPECT_EQ(add(fmt::format("?name={}", name), "x").status, 400u) << name;
    EXPECT_EQ(add(fmt::format("?name={}", std::string(129, 'x')), "x").fields(), "name");
    EXPECT_EQ(add(fmt::format("?name=x&version={}", std::string(129, 'x')), "x").fields(), "version");
    EXPECT_TRUE(directory_.contents.empty());
}

TEST_F(FilesTest, VendorsHaveFileTypesOfTheirOwn)
{
    EXPECT_EQ(add("?name=x&type=X+00D09E+Voice", "x").body.at("file_type").as_string(), "X 00D09E Voice");
}

TEST_F(FilesTest, AnEmptyUploadIsRefused)
{
    EXPECT_EQ(add("?name=x", "").status, 400u);
}

TEST_F(FilesTest, ATooLargeUploadIsRefused)
{
    EXPECT_EQ(add("?name=x", std::string(1001, 'x')).status, 413u);
}

TEST_F(FilesTest, AFullDiskIsTold)
{
    directory_.room = 2;
    auto const reply = add("?name=x", "abc");
    EXPECT_EQ(reply.status, 507u);
    EXPECT_THAT(reply.detail(), HasSubstr("the disk is full"));
}

TEST_F(FilesTest, WhenTheDatabaseIsAwayTheBytesAreNotKept)
{
    files_.is_away = true;
    EXPECT_EQ(add("?name=x", "abc").status, 503u);
    EXPECT_TRUE(directory_.contents.empty());
}

TEST_F(FilesTest, FilesAreListedAndTheNewestOfANameIsFound)
{
    add("?name=a", "1");
    add("?name=b", "2");
    add("?name=a", "3");
    auto const first = get("/api/v1/files?limit=2");
    EXPECT_EQ(first.body.at("items").as_array().size(), 2u);
    auto const rest = get(fmt::format("/api/v1/files?after={}", support::view(first.body.at("next").as_string())));
    EXPECT_EQ(rest.body.at("items").at(0).at("id").as_string(), "3");
    EXPECT_EQ(get("/api/v1/files?name=a").body.at("items").at(0).at("id").as_string(), "3");
    EXPECT_TRUE(get("/api/v1/files?name=c").body.at("items").as_array().empty());
}

TEST_F(FilesTest, ADeletedFileIsGoneWithItsBytes)
{
    add("?name=a", "1");
    auto const reply = call("DELETE", "/api/v1/files/1");
    EXPECT_EQ(reply.status, 204u);
    EXPECT_TRUE(directory_.contents.empty());
    EXPECT_EQ(call("DELETE", "/api/v1/files/1").status, 404u);
    EXPECT_EQ(get("/api/v1/files/1").status, 404u);
    EXPECT_EQ(get("/api/v1/files/one").status, 404u);
}

}  // namespace
}  // namespace api_test
