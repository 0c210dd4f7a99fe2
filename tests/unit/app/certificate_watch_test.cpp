#include "app/certificate_watch.hpp"
#include "net/make_certificates.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace {

class CertificateWatchTest : public testing::Test {
protected:
    CertificateWatchTest()
    {
        std::string name = (std::filesystem::temp_directory_path() / "acs-watch-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        files = net::make_certificates(folder, {"localhost"}, 10).value();
        net::TlsServerSettings settings;
        settings.certificates = {files.ecdsa};
        context = net::TlsServerContext::create(settings).value();
        watch.emplace(std::vector{context}, metrics, std::chrono::days{9});
    }
    ~CertificateWatchTest() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] std::int64_t days_left() const
    {
        for (auto const& reading : metrics.read())
            if (reading.name == "acs_certificate_days_left" && reading.labels == "file=\"" + files.ecdsa.chain + '"')
                return reading.value;
        return -1000;
    }
    [[nodiscard]] std::string warnings(base::TimePoint at)
    {
        testing::internal::CaptureStderr();
        watch->look(at);
        return testing::internal::GetCapturedStderr();
    }

    std::string folder;
    net::MadeCertificates files;
    std::shared_ptr<net::TlsServerContext> context;
    base::Metrics metrics;
    std::optional<app::CertificateWatch> watch;
    base::TimePoint now = std::chrono::time_point_cast<base::TimePoint::duration>(std::chrono::system_clock::now());
};

TEST_F(CertificateWatchTest, TellsHowManyDaysAreLeft)
{
    watch->reload(now);
    auto const left = days_left();
    EXPECT_GE(left, 8);
    EXPECT_LE(left, 10);
    watch->look(now + std::chrono::days{20});
    EXPECT_EQ(days_left(), left - 20) << "one that has expired is told as such";
}

TEST_F(CertificateWatchTest, WarnsOnceADayBeforeTheEnd)
{
    EXPECT_EQ(warnings(now - std::chrono::days{2}), "");
    auto const first = warnings(now + std::chrono::days{2});
    EXPECT_NE(first.find("warning app.certificate_expires"), std::string::npos) << first;
    EXPECT_NE(first.find(files.ecdsa.chain), std::string::npos) << first;
    EXPECT_EQ(warnings(now + std::chrono::days{2} + std::chrono::hours{23}), "");
    auto const last = warnings(now + std::chrono::days{5});
    EXPECT_NE(last.find("error app.certificate_expires"), std::string::npos) << last;
}

}  // namespace
