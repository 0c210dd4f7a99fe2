#pragma once

#include "storage/session_parts.hpp"

namespace storage {

struct OpenTasksQuestion {
    std::int64_t device = 0;
    base::Sealer const* sealer = nullptr;
};
using OpenTasksRequest = BatchRequest<OpenTasksQuestion, std::vector<domain::Task>>;

/// Reads the tasks that sessions may act on.
class OpenTasksKind final : public BatchKind {
public:
    OpenTasksKind() : BatchKind{"open_tasks"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

using TaskUpdateRequest = BatchRequest<domain::TaskUpdate, bool>;  ///< progress and result are sealed

/// Writes the new standing of tasks.
class TaskUpdateKind final : public BatchKind {
public:
    TaskUpdateKind() : BatchKind{"update_task"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct AddTaskQuestion {
    domain::Task task;
    std::string arguments;  ///< as the column keeps them
};
using AddTaskRequest = BatchRequest<AddTaskQuestion, bool>;

/// Adds tasks as AddTaskKind does. Their ids, in their order: of one that was taken in by another, that other's.
[[nodiscard]] std::vector<domain::TaskId> add_tasks(pqxx::transaction_base& transaction,
                                                    std::span<AddTaskQuestion const* const> tasks);

/// Adds tasks that sessions order; open ones of the same kind and origin take them in.
class AddTaskKind final : public BatchKind {
public:
    AddTaskKind() : BatchKind{"add_task"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

/// domain::TaskStore over the batch queue.
class PgTaskStore final : public domain::TaskStore {
public:
    explicit PgTaskStore(SessionParts parts);

    base::Awaitable<std::vector<domain::Task>> open_tasks(domain::DeviceKey device) override;
    base::Awaitable<bool> update(domain::TaskUpdate change) override;
    base::Awaitable<void> add(domain::Task task) override;

private:
    SessionParts parts_;
    OpenTasksKind open_;
    TaskUpdateKind updates_;
    AddTaskKind adds_;
};

}  // namespace storage
