#include "base/sealer.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

constexpr std::string_view one_key = "0a0b0c0d 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
constexpr std::string_view other_key = "11121314 f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

base::Sealer sealer_of(std::string text)
{
    return base::Sealer::from_text(text).value();
}

class Directory {
public:
    Directory()
    {
        std::string name = std::filesystem::temp_directory_path() / "acs-sealer-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(Directory const&) = delete;
    Directory& operator=(Directory const&) = delete;
    [[nodiscard]] std::string file() const { return path_ / "key"; }

private:
    std::filesystem::path path_;
};

TEST(Sealer, WhatItSealedIsOpenedForTheSamePlaceOnly)
{
    auto const sealer = base::Sealer::with_random_key();
    auto const sealed = sealer.seal("hunter2", "device 1 Password");
    EXPECT_TRUE(base::Sealer::is_sealed(sealed));
    EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
    EXPECT_EQ(sealer.open(sealed, "device 1 Password").value(), "hunter2");
    EXPECT_FALSE(sealer.open(sealed, "device 2 Password"));
}

TEST(Sealer, TheSameSecretGivesTheSameTextAtOnePlaceAndAnotherElsewhere)
{
    auto const sealer = base::Sealer::with_random_key();
    EXPECT_EQ(sealer.seal("a", "here"), sealer.seal("a", "here"));
    EXPECT_NE(sealer.seal("a", "here"), sealer.seal("a", "there"));
    EXPECT_NE(sealer.seal("a", "here"), sealer.seal("b", "here"));
    EXPECT_TRUE(sealer.holds(sealer.seal("a", "here"), "a", "here"));
    EXPECT_FALSE(sealer.holds(sealer.seal("a", "here"), "b", "here"));
    EXPECT_FALSE(sealer.holds("a", "a", "here"));
}

TEST(Sealer, EmptyAndBinarySecretsAreKept)
{
    auto const sealer = base::Sealer::with_random_key();
    std::string const binary{"\0\xff'\"", 4};
    EXPECT_EQ(sealer.open(sealer.seal("", "p"), "p").value(), "");
    EXPECT_EQ(sealer.open(sealer.seal(binary, "p"), "p").value(), binary);
}

TEST(Sealer, AChangedTextDoesNotOpen)
{
    auto const sealer = base::Sealer::with_random_key();
    auto sealed = sealer.seal("a long enough secret", "p");
    auto& letter = sealed[sealed.size() - 6];
    letter = letter == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.open(sealed, "p"));
    EXPECT_FALSE(sealer.open("sealed:1:AAAA", "p"));
    EXPECT_FALSE(sealer.open("clear text", "p"));
}

TEST(Sealer, OldKeysOpenAndTheFirstSeals)
{
    auto const before = sealer_of(std::string{one_key});
    auto const after = sealer_of(std::string{other_key} + std::string{one_key});
    EXPECT_EQ(after.open(before.seal("a", "p"), "p").value(), "a");
    EXPECT_TRUE(after.holds(before.seal("a", "p"), "a", "p"));
    auto const unknown = before.open(after.seal("a", "p"), "p");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().what.find("11121314"), std::string::npos);
}

TEST(Sealer, TellsWhichKeySealedAText)
{
    auto const before = sealer_of(std::string{one_key});
    auto const after = sealer_of(std::string{other_key} + std::string{one_key});
    EXPECT_EQ(after.key_names().size(), 2U);
    EXPECT_EQ(base::Sealer::key_of_sealed(before.seal("a", "p")), after.key_names()[1]);
    EXPECT_EQ(base::Sealer::key_of_sealed(after.seal("a", "p")), after.key_names()[0]);
    EXPECT_EQ(base::Sealer::key_of_sealed("sealed:1:AAAA"), "");
    EXPECT_EQ(base::Sealer::key_of_sealed("a"), "");
    EXPECT_TRUE(after.seal("a", "p").starts_with(after.sealed_prefix()));
    EXPECT_FALSE(before.seal("a", "p").starts_with(after.sealed_prefix()));
}

TEST(Sealer, DerivesASecretOfEachKeyForEachPurpose)
{
    auto const one = sealer_of(std::string{one_key});
    auto const both = sealer_of(std::string{other_key} + std::string{one_key});
    EXPECT_EQ(both.derived("nonces").size(), 2U);
    EXPECT_EQ(both.derived("nonces")[1], one.derived("nonces")[0]) << "whatever else is in the file";
    EXPECT_NE(one.derived("nonces")[0], one.derived("tickets")[0]);
    EXPECT_EQ(one.derived("nonces")[0].size(), 32U);
}

TEST(Sealer, AMissingKeyFileIsMadeForItsOwnerOnlyAndReadAgain)
{
    Directory const directory;
    auto const first = base::Sealer::from_file(directory.file());
    ASSERT_TRUE(first) << first.error().what;
    struct stat status{};
    ASSERT_EQ(::stat(directory.file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(base::Sealer::from_file(directory.file()).value().open(first->seal("x", "p"), "p").value(), "x");
}

TEST(Sealer, AKeyFileOpenToOthersOrWithoutAKeyIsRefused)
{
    Directory const directory;
    std::ofstream{directory.file()} << one_key;
    std::filesystem::permissions(directory.file(), std::filesystem::perms{0644});
    auto const open_to_all = base::Sealer::from_file(directory.file());
    ASSERT_FALSE(open_to_all);
    EXPECT_NE(open_to_all.error().what.find("chmod 600"), std::string::npos);
    EXPECT_FALSE(base::Sealer::from_text("# nothing\n"));
    EXPECT_FALSE(base::Sealer::from_text("0a0b0c0d 0001\n"));
    EXPECT_FALSE(base::Sealer::from_file("/nonexistent/folder/key"));
}

}  // namespace
