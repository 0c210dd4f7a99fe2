#pragma once

#include "base/result.hpp"
#include "net/compression.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cli {

/// A device as GenieACS's database has it.
struct DumpedDevice {
    std::string id;  ///< _id
    std::string oui, product_class, serial_number;
    std::vector<std::string> tags;
    std::string username, password;  ///< that it was told to log in with, where both are known
};

/// A document of a dump that is no device.
struct DumpProblem {
    std::uint64_t document = 0;  ///< from 1
    std::string id;              ///< as far as it is known
    std::string reason;          ///< a clause: what is wrong
};

/// Reads the devices of GenieACS's database piece by piece: `devices.bson` of mongodump, or what mongoexport writes (an
/// array, or a document a line), each also gzipped. Which one it is shows in its first bytes.
class GenieDump {
public:
    static constexpr std::size_t document_bytes = std::size_t{64} * 1024 * 1024;  ///< of one document in JSON

    /// Takes the next piece. Fails with a sentence when nothing more can be read.
    [[nodiscard]] base::Result<void> push(std::string_view piece);
    /// There is no more. Fails when the last document is not whole.
    [[nodiscard]] base::Result<void> finish();

    using Item = std::variant<DumpedDevice, DumpProblem>;
    /// The next document that was read; none until there is another piece.
    [[nodiscard]] std::optional<Item> next();

    /// Documents so far.
    [[nodiscard]] std::uint64_t documents() const noexcept { return documents_; }

private:
    enum class Form { unknown, bson, json };

    [[nodiscard]] static Form form_of(std::string_view begin) noexcept;
    [[nodiscard]] base::Result<void> read(std::string_view piece);
    [[nodiscard]] base::Result<void> read_bson_documents();
    [[nodiscard]] base::Result<void> read_json_documents();
    void take(base::Result<boost::json::object> const& document);

    std::optional<net::Inflater> inflater_;
    bool has_begun_ = false;
    Form form_ = Form::unknown;
    std::string waiting_;  ///< bytes of a document that is not whole yet
    // Where the search for the end of a JSON document stands.
    std::size_t looked_at_ = 0;
    std::size_t depth_ = 0;
    bool is_in_text_ = false, is_escaped_ = false;
    std::uint64_t documents_ = 0;
    std::deque<Item> items_;
};

/// The device that a document describes. Fails with a clause.
[[nodiscard]] base::Result<DumpedDevice> dumped_device(boost::json::object const& document);

}  // namespace cli
