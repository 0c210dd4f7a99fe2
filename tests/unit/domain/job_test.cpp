#include "domain/job.hpp"
#include "domain/tag.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace {

using domain::JobReview;
using domain::TaskState;

JobReview review(std::uint64_t done, std::uint64_t failed)
{
    JobReview seen;
    seen.tasks = {{TaskState::done, done}, {TaskState::failed, failed}, {TaskState::queued, 1'000}};
    return seen;
}

TEST(Job, StopsWhenTooManyOfEnoughTasksHaveFailed)
{
    EXPECT_EQ(domain::why_to_stop(review(0, 49)), "") << "too few have ended";
    EXPECT_EQ(domain::why_to_stop(review(40, 10)), "") << "just as many as may";
    EXPECT_NE(domain::why_to_stop(review(39, 11)), "");
    auto any = review(0, 500);
    any.most_failed = 100;
    EXPECT_EQ(domain::why_to_stop(any), "");
    auto none = review(99, 1);
    none.most_failed = 0;
    EXPECT_NE(domain::why_to_stop(none), "");
}

TEST(Job, IsJudgedByWhatEndedSinceAPersonResumedIt)
{
    auto seen = review(40, 60);
    seen.former_ended = 60;
    seen.former_failed = 60;
    EXPECT_EQ(domain::why_to_stop(seen), "");
    seen.tasks[TaskState::failed] = 80;
    EXPECT_NE(domain::why_to_stop(seen), "");
}

TEST(Job, IsOverWhenEveryDeviceHadItsTurnAndNothingIsOpen)
{
    JobReview seen;
    seen.tasks = {{TaskState::done, 3}, {TaskState::expired, 1}};
    EXPECT_FALSE(domain::is_over(seen));
    seen.is_walked = true;
    EXPECT_TRUE(domain::is_over(seen));
    seen.tasks[TaskState::unknown] = 1;
    EXPECT_FALSE(domain::is_over(seen));
    seen.is_walked = false;
    seen.tasks.erase(TaskState::unknown);
    seen.state = domain::JobState::cancelled;
    EXPECT_TRUE(domain::is_over(seen));
}

TEST(Job, WorkIsReadAsItWasWritten)
{
    for (auto const& [kind, text] : {std::pair{"reboot", "{}"},
                                     {"set", R"({"values":{"Device.X":"1"}})"},
                                     {"tag", R"({"tags":["a","b"]})"},
                                     {"untag", R"({"tags":["a"]})"},
                                     {"wake", "{}"}}) {
        auto const json = boost::json::parse(text).as_object();
        auto const work = domain::read_job_work(kind, json);
        ASSERT_TRUE(work) << kind;
        EXPECT_EQ(domain::kind_of(*work), kind);
        EXPECT_EQ(domain::to_json(*work), json);
    }
    for (auto const& [kind, text] :
         {std::pair{"tag", "{}"}, {"tag", R"({"tags":[]})"}, {"wake", R"({"x":1})"}, {"set", "{}"}, {"dance", "{}"}})
        EXPECT_FALSE(domain::read_job_work(kind, boost::json::parse(text).as_object())) << kind << text;
}

TEST(Tag, IsShortAndPrintable)
{
    EXPECT_EQ(domain::tag_problem("gold / 1"), "");
    for (auto const& wrong : {std::string{}, std::string(65, 'x'), std::string{"a\nb"}, std::string{"\xff"}})
        EXPECT_NE(domain::tag_problem(wrong), "") << wrong;
    EXPECT_NE(domain::tags_problem(std::vector<std::string>(33, "x")), "");
    EXPECT_EQ(domain::plain_tags({"b", "a", "b"}), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(domain::has_tag("it's"), "'it''s' = any(tags)");
}

}  // namespace
