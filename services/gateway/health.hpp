#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/http/server.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// Liveness (the process responds) and readiness (its checks pass, and it is not draining). Liveness depends
/// on nothing else, so that a lost database never restarts the program. Belongs to the I/O thread and
/// outlives the servers whose routes use it.
class health {
public:
    /// Fails with the reason, a sentence that is fit for the public. An exception is a failure.
    using check = std::function<async::task<result<>>()>;

    explicit health(std::string version) : version_(std::move(version)) {}

    /// `name` is shown by `/readyz?verbose`.
    void add_check(std::string name, check run);
    /// A notice that does not affect readiness: a sentence, or nothing.
    void add_notice(std::string name, std::function<std::optional<std::string>()> read);
    void start_draining() noexcept { draining_ = true; }

    /// The public learns whether the process is alive and ready, and nothing about its parts and its version.
    enum class audience { everyone, operators };
    /// `/livez`, `/readyz`, and `/version`, for any host name. `?verbose` shows the checks to operators, and
    /// `/version` is the version of the program for them, that of the API for others.
    std::vector<http::route> routes(audience readers);

private:
    enum class detail { status, checks };
    async::task<http::response> readiness(detail shown);

    struct named_check {
        std::string name;
        check run;
    };
    std::string version_;
    struct named_notice {
        std::string name;
        std::function<std::optional<std::string>()> read;
    };
    std::vector<named_check> checks_;
    std::vector<named_notice> notices_;
    bool draining_ = false;
};

}  // namespace tocsin::gateway
