#pragma once

#include "base/crypto.hpp"
#include "base/unavailable.hpp"
#include "domain/file.hpp"
#include "domain/file_directory.hpp"

#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace support {

/// Files and transfers in memory. One thread.
class FakeFileStore final : public domain::FileStore {
public:
    ~FakeFileStore() override;
    bool is_away = false;           ///< every call throws base::Unavailable while it is set
    std::function<void()> on_list;  ///< called once, before a list is read

    base::Awaitable<domain::File> add(domain::File file) override
    {
        check();
        file.id = domain::FileId{++last_};
        co_return files_[last_] = std::move(file);
    }
    base::Awaitable<std::optional<domain::File>> find(domain::FileId id) override
    {
        check();
        auto const found = files_.find(id.value());
        co_return found == files_.end() ? std::nullopt : std::optional{found->second};
    }
    base::Awaitable<std::optional<domain::File>> find_by_name(std::string name) override
    {
        check();
        for (auto file = files_.rbegin(); file != files_.rend(); ++file)
            if (file->second.name == name)
                co_return file->second;
        co_return std::nullopt;
    }
    base::Awaitable<std::vector<domain::File>> list(std::int64_t after, unsigned limit) override
    {
        check();
        if (auto const happens = std::exchange(on_list, {}))
            happens();
        std::vector<domain::File> found;
        for (auto file = files_.upper_bound(after); file != files_.end() && found.size() < limit; ++file)
            found.push_back(file->second);
        co_return found;
    }
    base::Awaitable<bool> remove(domain::FileId id) override
    {
        check();
        co_return files_.erase(id.value()) > 0;
    }

    base::Awaitable<void> grant(domain::Transfer transfer) override
    {
        check();
        transfers_[transfer.token] = std::move(transfer);
        co_return;
    }
    base::Awaitable<std::optional<domain::Transfer>> find_transfer(std::string token) override
    {
        check();
        auto const found = transfers_.find(token);
        co_return found == transfers_.end() ? std::nullopt : std::optional{found->second};
    }
    base::Awaitable<std::optional<domain::FileId>> note_transfer(std::string token, std::uint64_t, unsigned,
                                                                 std::optional<domain::FileId> file) override
    {
        check();
        auto const found = transfers_.find(token);
        if (!file || found == transfers_.end())
            co_return file;
        co_return std::exchange(found->second.file, file);
    }

private:
    void check() const
    {
        if (is_away)
            throw base::Unavailable{"the database does not answer"};
    }

    std::map<std::int64_t, domain::File> files_;
    std::map<std::string, domain::Transfer> transfers_;
    std::int64_t last_ = 0;
};

/// A file directory in memory. One thread.
class FakeFileDirectory final : public domain::FileDirectory {
public:
    ~FakeFileDirectory() override;
    std::map<std::string, std::string> contents;  ///< by stored_as
    std::size_t room = SIZE_MAX;                  ///< bytes that a file may have before the disk is full

    base::Result<std::unique_ptr<domain::FileReceiver>> receive() override { return std::make_unique<Receiver>(*this); }
    base::Result<std::string> path_of(std::string_view stored_as) const override { return std::string{stored_as}; }
    base::Awaitable<base::Result<void>> remove(std::string stored_as) override
    {
        contents.erase(stored_as);
        co_return base::Result<void>{};
    }

private:
    class Receiver final : public domain::FileReceiver {
    public:
        explicit Receiver(FakeFileDirectory& directory) : directory_{directory} {}
        base::Result<void> write(std::string_view piece) override
        {
            if (text_.size() + piece.size() > directory_.room)
                return base::fail("the disk is full");
            text_ += piece;
            return {};
        }
        std::string sha256() override { return base::to_hex(base::sha256(text_)); }
        base::Awaitable<base::Result<domain::StoredFile>> commit() override
        {
            domain::StoredFile stored{"stored-" + std::to_string(++directory_.last_), text_.size(), sha256()};
            directory_.contents[stored.stored_as] = text_;
            co_return stored;
        }

    private:
        FakeFileDirectory& directory_;
        std::string text_;
    };

    std::uint64_t last_ = 0;
};

}  // namespace support
