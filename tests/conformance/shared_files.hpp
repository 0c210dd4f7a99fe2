#pragma once

#include <pugixml.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

/// Messages, captures and schemas that lie beside a developer's checkout.
namespace conformance {

inline std::filesystem::path shared(std::string const& below)
{
    return std::filesystem::path{ACS_SHARED_DIR} / "cwmp" / below;
}

inline std::string contents(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// The files below a folder whose names end like this, in order.
inline std::vector<std::filesystem::path> files(std::filesystem::path const& folder, std::string const& ending)
{
    std::vector<std::filesystem::path> found;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file() && entry.path().string().ends_with(ending))
            found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

inline bool has_xmllint()
{
    return std::system("command -v xmllint >/dev/null 2>&1") == 0;
}

/// A folder of its own for the files of one test, removed with it.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "cwmp-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    void write(std::string const& name, std::string const& text) const
    {
        std::ofstream{path_ / name, std::ios::binary} << text;
    }
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// What the schema cannot say: the count in each arrayType is that of the items, and every value tells its type.
inline std::string miscounted(std::filesystem::path const& file)
{
    std::string problems;
    pugi::xml_document document;
    document.load_file(file.c_str());
    for (auto const& found : document.select_nodes("//*")) {
        auto const element = found.node();
        auto const array_type = element.select_node("@*[local-name()='arrayType']").attribute();
        auto const items = std::ranges::distance(element.children());
        if (array_type && !std::string_view{array_type.value()}.ends_with('[' + std::to_string(items) + ']'))
            problems += file.string() + ": " + array_type.value() + " on " + std::to_string(items) + " items\n";
        if (std::string_view{element.name()} == "ParameterValueStruct" && !element.child("Value").attribute("xsi:type"))
            problems += file.string() + ": a Value without xsi:type\n";
    }
    return problems;
}

/// What is wrong with the files of a folder by a schema of the Broadband Forum; nothing when all are valid.
inline std::string invalid_files(TemporaryFolder const& folder, std::string const& schema,
                                 std::string const& pattern = "*.xml")
{
    auto const log = folder.path() / "log.txt";
    auto const command = "cd '" + folder.path().string() + "' && XML_CATALOG_FILES='" +
                         shared("xsd/catalog.xml").string() + "' xmllint --nonet --noout --schema '" +
                         shared("xsd/" + schema).string() + "' " + pattern + " >log.txt 2>&1";
    auto problems = std::system(command.c_str()) == 0 ? std::string{} : contents(log);
    for (auto const& file : files(folder.path(), ".xml"))
        problems += miscounted(file);
    return problems;
}

}  // namespace conformance

/// Reports a test as skipped when what it reads is not there.
#define SKIP_WITHOUT(what)                                                                                             \
    if (!std::filesystem::exists(conformance::shared(what)))                                                           \
    GTEST_SKIP() << conformance::shared(what) << " is missing"
