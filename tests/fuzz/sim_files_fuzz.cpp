// What a simulated CPE reads of foreign bytes beside messages: downloaded files, their names, configuration files and
// vouchers. A file means the same however it is cut into pieces.
#include "agent/file_transfer.hpp"
#include "base/crypto.hpp"
#include "device/options.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct Meaning {
    std::string whole;
    std::string payload;
    std::string version;
    std::string beginning;
    friend bool operator==(Meaning const&, Meaning const&) = default;
};

Meaning receive(std::string_view file, std::size_t step)
{
    sim::FileSink sink;
    auto const size = file.size();
    for (; !file.empty(); file.remove_prefix(std::min(step, file.size())))
        require(sink.write(file.substr(0, step)).has_value());
    require(sink.size() == size && sink.beginning().size() == std::min(size, sim::FileSink::kept_bytes));
    return {sink.sha256(), sink.payload_sha256(), sink.header("version"), sink.beginning()};
}

void read_voucher(std::string const& base64)
{
    sim::Options options;
    cwmp::SetVouchers request;
    request.voucher_list = {base64};
    bool const is_taken = std::holds_alternative<cwmp::SetVouchersResponse>(options.set_vouchers(request));
    auto const answer = options.get({});
    auto const* const known = std::get_if<cwmp::GetOptionsResponse>(&answer);
    require(known != nullptr && known->option_list.size() == (is_taken ? 1 : 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const bytes{reinterpret_cast<char const*>(data + 1), size - 1};
    auto const whole = receive(bytes, std::max<std::size_t>(bytes.size(), 1));
    require(whole == receive(bytes, 1 + data[0]));
    require(sim::version_in_name(bytes).size() <= 64);
    if (auto const settings = sim::read_settings(bytes))
        for (auto const& [path, value] : *settings)
            require(!path.empty());
    read_voucher(std::string{bytes});
    read_voucher(base::to_base64(bytes));
    return 0;
}
