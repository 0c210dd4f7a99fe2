#pragma once

#include "storage/connection.hpp"

#include <memory>
#include <string>

namespace storage {

/// This program's number among the nodes that share the database: part of every id it makes. Kept while the program
/// lives by a sign of life now and then; a number whose node was silent for five minutes is given away.
class NodeNumber {
public:
    /// Takes a free number. `label` is for people (the configured name of the node), `sealing_key` the name of the key
    /// that the node seals with. Throws what libpqxx throws, and
    /// std::runtime_error when all 1024 numbers are taken.
    [[nodiscard]] static NodeNumber take(ConnectionSettings const& database, std::string const& label,
                                         std::string const& sealing_key = {});

    [[nodiscard]] unsigned value() const noexcept { return number_; }
    [[nodiscard]] std::string const& name() const noexcept { return name_; }

    /// Gives a sign of life; false when another node has the number now: this one was silent for too long.
    [[nodiscard]] bool keep(pqxx::connection& connection) const;
    /// Gives the number back.
    void release(pqxx::connection& connection) const;

private:
    NodeNumber(unsigned number, std::string name) : number_{number}, name_{std::move(name)} {}

    unsigned number_;
    std::string name_;
};

}  // namespace storage
