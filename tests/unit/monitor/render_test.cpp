#include "monitor/monitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

TEST(Monitor, CountersAndGaugesAreWrittenWithHelpTypeAndLabels)
{
    base::Metrics metrics;
    metrics.counter("acs_sessions_total", "Sessions", "outcome=\"done\"").add(3);
    metrics.counter("acs_sessions_total", "Sessions", "outcome=\"failed\",reason=\"timeout\"").add(1);
    metrics.gauge("acs_connections", "Open connections").set(-2);
    auto const text = monitor::render(metrics);
    for (auto const* line :
         {"# HELP acs_sessions_total Sessions", "# TYPE acs_sessions_total counter",
          "acs_sessions_total{outcome=\"done\"} 3", "acs_sessions_total{outcome=\"failed\",reason=\"timeout\"} 1",
          "# TYPE acs_connections gauge", "acs_connections -2"})
        EXPECT_THAT(text, testing::HasSubstr(line));
}

}  // namespace
