// Files and transfers, kept by the fake and by PostgreSQL.
#include "rare_stores.hpp"
#include "storage/pg_file_store.hpp"
#include "support/fake_files.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FakeFiles {
public:
    domain::FileStore& files() { return files_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeFileStore files_;
};

class PgFiles {
public:
    domain::FileStore& files() { return files_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
    RareStores stores;

private:
    storage::PgFileStore files_{stores.writes, stores.sealer};
};

template <class Backend>
class FileStoreContract : public testing::Test {
protected:
    domain::FileStore& files() { return backend_.files(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return backend_.run(std::move(work));
    }
    domain::File add(std::string name)
    {
        domain::File file;
        file.name = std::move(name);
        file.file_type = "1 Firmware Upgrade Image";
        file.version = "2.0";
        file.product_class = "HG-1000";
        file.size = 5'000'000'000;
        file.sha256 = "abc";
        file.stored_as = "stored";
        file.created = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now());
        return run(files().add(file));
    }
    domain::Transfer transfer(std::string token)
    {
        domain::Transfer transfer;
        transfer.token = std::move(token);
        transfer.device = domain::DeviceKey{7};
        transfer.task = domain::TaskId{8};
        transfer.file_name = "image one.bin";
        transfer.file_type = "1 Firmware Upgrade Image";
        transfer.expires_at = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 1h;
        transfer.username = "cpe";
        transfer.password = "hunter2hunter2";
        return transfer;
    }

    Backend backend_;
};

using FileStores = testing::Types<FakeFiles, PgFiles>;
TYPED_TEST_SUITE(FileStoreContract, FileStores);

TYPED_TEST(FileStoreContract, AFileIsFoundByIdAndByNameAsItWasAdded)
{
    auto const added = this->add("image.bin");
    for (auto const& found :
         {this->run(this->files().find(added.id)), this->run(this->files().find_by_name("image.bin"))}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, added.id);
        EXPECT_EQ(found->name, "image.bin");
        EXPECT_EQ(found->version, "2.0");
        EXPECT_EQ(found->product_class, "HG-1000");
        EXPECT_EQ(found->size, 5'000'000'000u);
        EXPECT_EQ(found->stored_as, "stored");
        EXPECT_EQ(found->created, added.created);
        EXPECT_FALSE(found->uploaded_by);
    }
    EXPECT_FALSE(this->run(this->files().find(domain::FileId{99})));
    EXPECT_FALSE(this->run(this->files().find_by_name("other")));
}

TYPED_TEST(FileStoreContract, OfTwoFilesOfOneNameTheNewerIsMeant)
{
    this->add("image.bin");
    auto const newer = this->add("image.bin");
    EXPECT_EQ(this->run(this->files().find_by_name("image.bin"))->id, newer.id);
}

TYPED_TEST(FileStoreContract, FilesAreListedInPagesAndRemovedOnce)
{
    auto const a = this->add("a");
    auto const b = this->add("b");
    auto const c = this->add("c");
    auto const names = [&](std::int64_t after, unsigned limit) {
        std::vector<std::string> found;
        for (auto const& file : this->run(this->files().list(after, limit)))
            found.push_back(file.name);
        return found;
    };
    EXPECT_THAT(names(0, 2), ElementsAre("a", "b"));
    EXPECT_THAT(names(b.id.value(), 2), ElementsAre("c"));
    EXPECT_TRUE(this->run(this->files().remove(a.id)));
    EXPECT_FALSE(this->run(this->files().remove(a.id)));
    EXPECT_THAT(names(0, 10), ElementsAre("b", "c"));
}

TYPED_TEST(FileStoreContract, ATransferIsFoundByItsTokenWithItsLogin)
{
    auto granted = this->transfer("token-1");
    granted.file = this->add("image one.bin").id;
    this->run(this->files().grant(granted));
    auto const found = this->run(this->files().find_transfer("token-1"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->token, "token-1");
    EXPECT_EQ(found->device, granted.device);
    EXPECT_EQ(found->task, granted.task);
    EXPECT_EQ(found->file, granted.file);
    EXPECT_EQ(found->file_name, "image one.bin");
    EXPECT_EQ(found->username, "cpe");
    EXPECT_EQ(found->password, "hunter2hunter2");
    EXPECT_EQ(found->expires_at, granted.expires_at);
    EXPECT_FALSE(found->is_upload);
    EXPECT_FALSE(this->run(this->files().find_transfer("token-2")));
}

TYPED_TEST(FileStoreContract, ANoteOfADownloadLeavesItsFileAndOneOfAnUploadNamesIt)
{
    auto download = this->transfer("down");
    download.file = this->add("image").id;
    this->run(this->files().grant(download));
    this->run(this->files().note_transfer("down", 100, 200, std::nullopt));
    EXPECT_EQ(this->run(this->files().find_transfer("down"))->file, download.file);
    auto upload = this->transfer("up");
    upload.is_upload = true;
    this->run(this->files().grant(upload));
    EXPECT_FALSE(this->run(this->files().find_transfer("up"))->file);
    auto const came = this->add("log").id;
    EXPECT_FALSE(this->run(this->files().note_transfer("up", 100, 201, came)));
    EXPECT_EQ(this->run(this->files().find_transfer("up"))->file, came);
    auto const again = this->add("log").id;
    EXPECT_EQ(this->run(this->files().note_transfer("up", 100, 201, again)), came) << "one token keeps one file";
    EXPECT_EQ(this->run(this->files().find_transfer("up"))->file, again);
    EXPECT_EQ(this->run(this->files().note_transfer("ended", 100, 201, came)), came) << "nobody would find it";
    EXPECT_FALSE(this->run(this->files().note_transfer("nobody's", 1, 200, std::nullopt)));
    EXPECT_FALSE(this->run(this->files().find_transfer("nobody's")));
}

class FileStoreInPostgres : public FileStoreContract<PgFiles> {};

TEST_F(FileStoreInPostgres, NeitherTokenNorPasswordIsInTheDatabase)
{
    run(files().grant(transfer("very-secret-token")));
    auto const dump = backend_.stores.database.dump("-a");
    EXPECT_THAT(dump, Not(HasSubstr("very-secret-token")));
    EXPECT_THAT(dump, Not(HasSubstr("hunter2hunter2")));
}

TEST_F(FileStoreInPostgres, AFileThatADeviceSentNamesIt)
{
    domain::File file;
    file.name = std::string{"log\xff\0.txt", 9};
    file.uploaded_by = domain::DeviceKey{77};
    auto const added = run(files().add(file));
    EXPECT_EQ(run(files().find(added.id))->uploaded_by, domain::DeviceKey{77});
    EXPECT_EQ(added.name, "log\xEF\xBF\xBD\xEF\xBF\xBD.txt");
    EXPECT_EQ(backend_.stores.database.value("SELECT device_id || ' ' || (detail->>'file') FROM event"
                                             " WHERE kind = 'transfer.upload_arrived'"),
              "77 " + std::to_string(added.id.value()));
}

TEST_F(FileStoreInPostgres, ATransferSealedByAnotherKeyIsNoTransfer)
{
    run(files().grant(transfer("token")));
    auto const other = base::Sealer::with_random_key();
    storage::PgFileStore elsewhere{backend_.stores.writes, other};
    EXPECT_FALSE(run(elsewhere.find_transfer("token")));
}

}  // namespace
}  // namespace contract
