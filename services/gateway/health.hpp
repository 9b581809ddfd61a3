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

/// Whether this process is alive (it answers) and ready (its checks pass and it is not draining). Aliveness
/// asks nothing else, so that a lost database never restarts the program. Belongs to the I/O thread; outlives
/// the servers whose routes use it.
class health {
public:
    /// Fails with the reason, one sentence fit for anybody to read; an exception counts as failed.
    using check = std::function<async::task<result<>>()>;

    explicit health(std::string version) : version_(std::move(version)) {}

    /// `name` is shown by `/readyz?verbose`.
    void add_check(std::string name, check run);
    /// Something worth knowing that takes nothing from readiness: a sentence, or nothing.
    void add_notice(std::string name, std::function<std::optional<std::string>()> look);
    void start_draining() noexcept { draining_ = true; }

    /// `/livez`, `/readyz` and `/version`, answered to any host name.
    std::vector<http::route> routes();

private:
    async::task<http::response> readiness(http::request const& asked);

    struct named_check {
        std::string name;
        check run;
    };
    std::string version_;
    struct named_notice {
        std::string name;
        std::function<std::optional<std::string>()> look;
    };
    std::vector<named_check> checks_;
    std::vector<named_notice> notices_;
    bool draining_ = false;
};

}  // namespace tocsin::gateway
