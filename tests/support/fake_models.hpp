#pragma once

#include "domain/model.hpp"

#include <cstdint>
#include <utility>

namespace support {

/// Model knowledge in memory: what one device learnt counts at once.
class FakeModelStore final : public domain::ModelStore {
public:
    ~FakeModelStore() override;
    domain::ModelKnowledge knowledge;
    int learnt = 0;

    base::Awaitable<domain::ModelKnowledge> find(domain::ModelKey) override { co_return knowledge; }
    base::Awaitable<void> learn(domain::ModelKey, std::int64_t, bool, domain::ModelKnowledge seen) override
    {
        ++learnt;
        knowledge = std::move(seen);
        co_return;
    }
};

}  // namespace support
