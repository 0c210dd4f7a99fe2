#include "base/crypto.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Crypto, DigestsAreThoseOfTheirStandards)
{
    EXPECT_EQ(base::to_hex(base::md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(base::to_hex(base::sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(base::to_hex(base::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Crypto, HexAndBase64AreReadBack)
{
    std::string const bytes{"\x00\x01\xfe\xff z", 6};
    EXPECT_EQ(base::from_hex(base::to_hex(bytes)), bytes);
    EXPECT_EQ(base::from_base64(base::to_base64(bytes)), bytes);
    EXPECT_EQ(base::from_hex("0g"), "");
    EXPECT_EQ(base::from_base64("a*b"), "");
}

TEST(Crypto, RandomTextsDiffer)
{
    EXPECT_NE(base::random_hex(16), base::random_hex(16));
    EXPECT_EQ(base::random_hex(16).size(), 32u);
}

}  // namespace
