#include "domain/model_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace {

TEST(ModelJson, OnlyWhatDiffersFromTheDefaultsIsKept)
{
    EXPECT_TRUE(domain::to_json(domain::ModelKnowledge{}).empty());
    domain::ModelKnowledge knowledge;
    knowledge.names_at_once = false;
    knowledge.values_per_request = 16;
    knowledge.unsupported = {"GetAllQueuedTransfers"};
    knowledge.discovery = domain::DiscoveryProfile::lean;
    auto const json = domain::to_json(knowledge);
    EXPECT_EQ(json.size(), 4u);
    domain::ModelKnowledge read;
    domain::apply_json(json, read);
    EXPECT_EQ(domain::to_json(read), json);
}

TEST(ModelJson, NonsenseIsPassedOver)
{
    domain::ModelKnowledge knowledge;
    domain::apply_json(
        boost::json::parse(R"({"names_at_once":3,"values_per_request":-5,"skip":[1,"a"],"x":{}})").as_object(),
        knowledge);
    EXPECT_TRUE(knowledge.names_at_once);
    EXPECT_EQ(knowledge.values_per_request, 1u);
    EXPECT_EQ(knowledge.skip, std::vector<std::string>{"a"});
}

}  // namespace
