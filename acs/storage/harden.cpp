#include "storage/harden.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>

namespace storage {

namespace {

/// Names of built-in functions, as a regular expression. What is a superuser's own anyway (reading files) is among them
/// for databases where somebody gave it to everybody; nobody is given what everybody did not have.
constexpr char const* functions_meant =
    "'^(set_config|pg_notify|pg_sleep|pg_sleep_for|pg_sleep_until|pg_logical_emit_message|pg_export_snapshot"
    "|pg_(try_)?advisory_.*|lo_.*|loread|lowrite|(query|table|cursor|schema|database)_to_xml.*"
    "|pg_terminate_backend|pg_cancel_backend|pg_read_file|pg_read_binary_file|pg_stat_file|pg_ls_.*)$'";

std::string meant_by(char const* condition)
{
    return fmt::format("SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p WHERE p.pronamespace ="
                       " 'pg_catalog'::regnamespace AND p.proname ~ {} AND {} ORDER BY 1",
                       functions_meant, condition);
}

constexpr char const* make_role = R"(
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'acs_builtin') THEN
        CREATE ROLE acs_builtin NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$)";

/// Whom the server's tables belong to, and who is asking.
constexpr char const* our_roles = "SELECT DISTINCT quote_ident(r.rolname) FROM pg_class c JOIN pg_roles r"
                                  " ON r.oid = c.relowner OR r.rolname = session_user"
                                  " WHERE c.oid = to_regclass('public.device') ORDER BY 1";

bool is_superuser(pqxx::transaction_base& work)
{
    return work.exec("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")[0][0].as<bool>();
}

}  // namespace

base::Result<HardenReport> harden(ConnectionSettings const& database)
{
    auto const connection = connect(database);
    pqxx::work work{*connection};
    if (!is_superuser(work))
        return base::fail("hardening needs a superuser of the database: name one with --database, such as "
                          "\"postgresql://postgres@/acs\"");
    HardenReport report;
    work.exec(make_role);
    for (auto const& row : work.exec(our_roles)) {
        report.roles.emplace_back(row[0].c_str());
        work.exec(fmt::format("GRANT acs_builtin TO {}", row[0].c_str()));
    }
    if (report.roles.empty())
        return base::fail("the database has no tables of the server yet: run acs migrate first");
    for (auto const& row :
         work.exec(meant_by("p.prokind = 'f' AND has_function_privilege('public', p.oid, 'EXECUTE')"))) {
        work.exec(
            fmt::format("REVOKE EXECUTE ON FUNCTION {0} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {0} TO acs_builtin",
                        row[0].c_str()));
        ++report.functions;
    }
    work.exec("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO acs_builtin");
    work.commit();
    return report;
}

bool is_hardened(ConnectionSettings const& database)
{
    auto const connection = connect(database);
    pqxx::nontransaction work{*connection};
    return work.exec(meant_by("has_function_privilege('acs_rules', p.oid, 'EXECUTE')") + " LIMIT 1").empty() &&
           !work.exec("SELECT has_language_privilege('acs_rules', 'plpgsql', 'USAGE')")[0][0].as<bool>();
}

}  // namespace storage
