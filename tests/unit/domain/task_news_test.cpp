#include "domain/task_news.hpp"

#include <gtest/gtest.h>

namespace {

using domain::DeviceKey;
using domain::TaskId;
using domain::TaskNews;

class TaskNewsTest : public testing::Test {
protected:
    TaskNews news;
    DeviceKey const router{1}, other{2};
    TaskNews::Moment now = std::chrono::steady_clock::now();
};

TEST_F(TaskNewsTest, EachTaskIsNewsOnce)
{
    EXPECT_EQ(news.newest(router), 0U);
    news.announce(router, TaskId{7}, true, now);
    auto const first = news.newest(router);
    EXPECT_GT(first, 0U);
    EXPECT_EQ(news.newest(other), 0U);
    news.announce(router, TaskId{7}, true, now);
    EXPECT_EQ(news.newest(router), first);
    news.announce(router, TaskId{8}, true, now);
    EXPECT_GT(news.newest(router), first);
}

TEST_F(TaskNewsTest, ADeviceIsWokenOnceAndOnlyForPeople)
{
    news.announce(router, TaskId{1}, false, now);
    EXPECT_FALSE(news.claim_wake(router));
    news.announce(router, TaskId{2}, true, now);
    news.announce(router, TaskId{3}, false, now);
    EXPECT_TRUE(news.claim_wake(router));
    EXPECT_FALSE(news.claim_wake(router));
    EXPECT_FALSE(news.claim_wake(other));
}

TEST_F(TaskNewsTest, WhatIsOldIsForgotten)
{
    news.announce(router, TaskId{1}, true, now);
    news.announce(other, TaskId{2}, true, now + TaskNews::remembered + std::chrono::seconds{1});
    EXPECT_EQ(news.newest(router), 0U);
    EXPECT_GT(news.newest(other), 0U);
}

TEST_F(TaskNewsTest, ThereIsALimit)
{
    for (std::size_t i = 0; i <= TaskNews::most; ++i)
        news.announce(DeviceKey{static_cast<std::int64_t>(i + 1)}, TaskId{static_cast<std::int64_t>(i + 1)}, true, now);
    EXPECT_EQ(news.newest(DeviceKey{1}), 0U);
    EXPECT_GT(news.newest(DeviceKey{static_cast<std::int64_t>(TaskNews::most) + 1}), 0U);
}

}  // namespace
