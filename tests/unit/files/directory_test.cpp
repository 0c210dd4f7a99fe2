#include "files/directory.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

class DirectoryTest : public testing::Test {
protected:
    DirectoryTest()
    {
        auto pattern = (fs::temp_directory_path() / "acs-files-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        directory_ = *files::Directory::open(folder_.string(), pool_);
    }
    ~DirectoryTest() override { fs::remove_all(folder_); }

    std::size_t entries() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder_}, {})); }

    boost::asio::thread_pool pool_{1};
    fs::path folder_;
    std::unique_ptr<files::Directory> directory_;
};

TEST_F(DirectoryTest, AReceivedFileIsThereWithItsSizeAndDigest)
{
    auto receiver = *directory_->receive();
    ASSERT_TRUE(receiver->write("ab"));
    ASSERT_TRUE(receiver->write("c"));
    auto const stored = support::run(receiver->commit());
    ASSERT_TRUE(stored) << stored.error().what;
    EXPECT_EQ(stored->size, 3u);
    EXPECT_EQ(stored->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    std::ifstream file{*directory_->path_of(stored->stored_as)};
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>{file}, {}), "abc");
    EXPECT_EQ(entries(), 1u);
}

TEST_F(DirectoryTest, TheDigestIsKnownBeforeTheFileIsKept)
{
    auto receiver = *directory_->receive();
    ASSERT_TRUE(receiver->write("abc"));
    auto const digest = receiver->sha256();
    EXPECT_EQ(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(receiver->sha256(), digest);
    EXPECT_EQ(support::run(receiver->commit())->sha256, digest);
}

TEST_F(DirectoryTest, AnAbandonedReceptionLeavesNothing)
{
    {
        auto const receiver = *directory_->receive();
        ASSERT_TRUE(receiver->write("half"));
        EXPECT_EQ(entries(), 1u);
    }
    EXPECT_EQ(entries(), 0u);
}

TEST_F(DirectoryTest, ARemovedFileIsGoneAndMayBeRemovedAgain)
{
    auto const receiver = *directory_->receive();
    auto const stored = *support::run(receiver->commit());
    EXPECT_TRUE(support::run(directory_->remove(stored.stored_as)));
    EXPECT_EQ(entries(), 0u);
    EXPECT_TRUE(support::run(directory_->remove(stored.stored_as)));
}

TEST_F(DirectoryTest, NoNameReachesOutsideTheDirectory)
{
    for (auto const* name : {"", ".", "..", "../secret", "/etc/passwd", "ABCDEF0123456789ABCDEF0123456789"}) {
        EXPECT_FALSE(directory_->path_of(name)) << name;
        EXPECT_FALSE(support::run(directory_->remove(name))) << name;
    }
}

TEST_F(DirectoryTest, OpeningDeletesOnlyOldLeftovers)
{
    auto const old = folder_ / ".receiving-00";
    auto const young = folder_ / ".receiving-01";
    std::ofstream{old} << "x";
    std::ofstream{young} << "x";
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours{25});
    ASSERT_TRUE(files::Directory::open(folder_.string(), pool_));
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(young));
}

TEST_F(DirectoryTest, AFolderThatCannotBeMadeIsNamed)
{
    std::ofstream{folder_ / "file"} << "x";
    auto const opened = files::Directory::open((folder_ / "file" / "below").string(), pool_);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().what.find((folder_ / "file").string()), std::string::npos) << opened.error().what;
}

}  // namespace
