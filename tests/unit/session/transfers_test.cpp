#include "unit/session/conversation.hpp"

namespace session {
namespace {

namespace code = cwmp::event_code;
using domain::TaskState;

class TransfersTest : public ConversationTest {
protected:
    TransfersTest()
    {
        settle_device();
        file = support::run(files.add({.name = "firmware 2.bin",
                                       .file_type = "1 Firmware Upgrade Image",
                                       .version = "2.0",
                                       .size = 1000}))
                   .id;
    }
    domain::TaskId download()
    {
        return order(domain::DownloadTask{.file_type = "1 Firmware Upgrade Image", .file = file});
    }
    [[nodiscard]] std::string command_key(domain::TaskId task) const { return store.task(task)->task.command_key; }
    void lose_download()
    {
        cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
            if (std::holds_alternative<cwmp::Download>(request))
                return cwmp::Empty{};
            return std::nullopt;
        };
        hold_session();
        cpe.script = nullptr;
    }
    void answer_queue(std::vector<cwmp::AllQueuedTransferStruct> queue)
    {
        cpe.script = [queue](cwmp::Message const& request) -> std::optional<cwmp::Message> {
            if (std::holds_alternative<cwmp::GetAllQueuedTransfers>(request))
                return cwmp::GetAllQueuedTransfersResponse{queue};
            return std::nullopt;
        };
    }

    domain::FileId file;
};

TEST_F(TransfersTest, ADownloadCarriesAUrlThatIsGranted)
{
    auto const task = download();
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
    auto const sent = cpe.last<cwmp::Download>();
    EXPECT_EQ(sent.file_size, 1000U);
    EXPECT_EQ(sent.command_key, command_key(task));
    ASSERT_TRUE(sent.url.starts_with("https://acs.example:7567/f/")) << sent.url;
    ASSERT_TRUE(sent.url.ends_with("/firmware%202.bin")) << sent.url;
    auto const token = sent.url.substr(27, sent.url.rfind('/') - 27);
    auto const granted = support::run(files.find_transfer(token));
    ASSERT_TRUE(granted) << token;
    EXPECT_EQ(granted->task, task);
    EXPECT_EQ(granted->device, key);
}

TEST_F(TransfersTest, AModelThatCannotDoTlsGetsPlainHttp)
{
    models.knowledge.file_scheme = "http";
    download();
    hold_session();
    EXPECT_TRUE(cpe.last<cwmp::Download>().url.starts_with("http://acs.example:7568/f/"));
}

TEST_F(TransfersTest, TransferCompleteSettlesTheTaskBeforeItIsAnswered)
{
    auto const task = download();
    hold_session();
    greet({{std::string{code::transfer_complete}, ""}, {std::string{code::m_download}, command_key(task)}});
    say(cwmp::TransferComplete{.command_key = command_key(task)});
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TransfersTest, AFailedTransferFailsTheTaskWithItsFault)
{
    auto const task = download();
    hold_session();
    greet(events(code::transfer_complete));
    say(cwmp::TransferComplete{.command_key = command_key(task), .fault_struct = {9016, "no such file"}});
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_EQ(store.task(task)->fault_code, 9016U);
    EXPECT_EQ(fault(task), "no such file");
}

TEST_F(TransfersTest, ATransferCompleteWithoutKeyIsTheOnlyOpenTransfers)
{
    auto const task = download();
    hold_session();
    greet(events(code::transfer_complete));
    say(cwmp::TransferComplete{});
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TransfersTest, ATransferCompleteOfAnotherKeyIsNobodys)
{
    auto const task = download();
    hold_session();
    greet(events(code::transfer_complete));
    EXPECT_EQ(cwmp::method_name(say(cwmp::TransferComplete{.command_key = "other"}).envelope.message),
              "TransferCompleteResponse");
    EXPECT_EQ(state(task), TaskState::waiting);
}

TEST_F(TransfersTest, ATransferCompleteFasterThanTheDownloadResponseStands)
{
    auto const task = download();
    greet(events(code::periodic));
    auto const request = say(cwmp::Empty{});
    auto const sent = std::get<cwmp::Download>(request.envelope.message);
    say(cwmp::TransferComplete{.command_key = sent.command_key});
    EXPECT_EQ(say(cwmp::DownloadResponse{.status = 1}).kind, Answer::Kind::nothing);
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TransfersTest, TheSoftwareVersionTellsSuccessWhenNoReportComes)
{
    auto const task = download();
    hold_session();
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "2.0";
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TransfersTest, AnotherVersionThanExpectedIsNoSuccess)
{
    auto const task = download();
    hold_session();
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "1.5";
    hold_session(events(code::boot));
    EXPECT_EQ(state(task), TaskState::waiting);
}

TEST_F(TransfersTest, AnImmediateDownloadIsDone)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::Download>(request))
            return cwmp::DownloadResponse{.status = 0};
        return std::nullopt;
    };
    auto const task = download();
    hold_session();
    EXPECT_EQ(state(task), TaskState::done);
}

TEST_F(TransfersTest, ALostDownloadThatIsQueuedIsWaitedFor)
{
    auto const task = download();
    lose_download();
    answer_queue({{.command_key = command_key(task), .state = 2}});
    hold_session();
    EXPECT_EQ(state(task), TaskState::waiting);
    clock.advance(std::chrono::seconds{120});
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Download>(), 1U);
}

TEST_F(TransfersTest, ALostDownloadIsSentAgainOnlyWhenTwoSessionsFoundItMissing)
{
    auto const task = download();
    lose_download();
    answer_queue({});
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Download>(), 1U);
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Download>(), 1U) << "too early";
    clock.advance(std::chrono::seconds{120});
    hold_session();
    EXPECT_EQ(cpe.count<cwmp::Download>(), 2U);
    EXPECT_EQ(state(task), TaskState::waiting);
}

TEST_F(TransfersTest, ADeviceWithoutAQueueIsWaitedFor)
{
    auto const task = download();
    lose_download();
    for (int i = 0; i < 3; ++i) {
        clock.advance(std::chrono::seconds{120});
        hold_session();
    }
    EXPECT_EQ(state(task), TaskState::waiting);
    EXPECT_EQ(cpe.count<cwmp::Download>(), 1U);
    EXPECT_EQ(cpe.count<cwmp::GetAllQueuedTransfers>(), 1U) << "9000 is remembered";
}

TEST_F(TransfersTest, AFileThatIsGoneFailsTheTask)
{
    auto const task = download();
    support::run(files.remove(file));
    hold_session();
    EXPECT_EQ(state(task), TaskState::failed);
    EXPECT_EQ(cpe.count<cwmp::Download>(), 0U);
}

TEST_F(TransfersTest, AnUploadGetsAUrlAndIsDoneByItsReport)
{
    auto const task = order(domain::UploadTask{"3 Vendor Configuration File 1"});
    hold_session();
    EXPECT_TRUE(cpe.last<cwmp::Upload>().url.starts_with("https://acs.example:7567/f/"));
    greet(events(code::transfer_complete));
    say(cwmp::TransferComplete{.command_key = command_key(task)});
    EXPECT_EQ(state(task), TaskState::done);
}

}  // namespace
}  // namespace session
