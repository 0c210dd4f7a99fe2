#pragma once

#include "domain/rule_store.hpp"
#include "storage/bounded_read.hpp"

#include <pqxx/pqxx>

#include <exception>
#include <span>
#include <string>
#include <vector>

namespace storage {

/// PostgreSQL refused what a person wrote: also for want of a right, and for taking too long. False for an outage.
[[nodiscard]] bool is_refusal(std::exception const& problem);

/// What PostgreSQL said, its first line without the label: "division by zero".
[[nodiscard]] std::string sentence_of(std::exception const& problem);

/// Runs the statements for the members in `work`; in a transaction (other than pqxx::nontransaction) each under a
/// savepoint, so that a failed one leaves the others alone. When all together fail, each rule is run alone, and for
/// fewer and fewer devices, until it is known which rule fails for which devices: those are told as failures. Throws
/// what libpqxx throws for an outage, and base::Unavailable as read_rows does. `limits.bytes` is for all rules
/// together: rules beyond it fail.
[[nodiscard]] std::vector<domain::RuleFinding> run_rules(pqxx::transaction_base& work,
                                                         domain::RuleStatements const& statements,
                                                         std::span<domain::RuleMember const> members,
                                                         ReadLimits const& limits = {});

/// Takes what run_rules() prepared for these statements from the server: sets that are no longer in force would fill
/// its memory. Nothing happens to what was not prepared.
void forget_rules(pqxx::connection_base& connection, domain::RuleStatements const& statements);

}  // namespace storage
