#pragma once

#include "domain/ids.hpp"
#include "wakeup/pace.hpp"

#include <array>
#include <cstddef>
#include <list>
#include <optional>
#include <string>

namespace wakeup {

/// The devices that wait to be asked: by lane, then in the order of their coming, but nobody waits behind a device
/// whose network has had its share. Each at most once.
class Line {
public:
    struct Place {
        domain::DeviceKey device;
        Lane lane{};
        std::string network;
    };

    explicit Line(Pace& pace) : pace_{pace} {}

    void join(Place place);
    /// Somebody of this lane waits for it, too: it moves there, unless it is in that lane or a better one.
    void raise(domain::DeviceKey device, Lane lane);
    void leave(domain::DeviceKey device);
    [[nodiscard]] bool empty() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;

    /// Who is asked next, if anybody may be asked now; it has left the line and the pace was told. `only_people`:
    /// others have taken their share of the places.
    [[nodiscard]] std::optional<Place> next(Moment now, bool only_people);

private:
    using Places = std::list<Place>;
    /// Out of the lanes from `first` on, if it is in one.
    [[nodiscard]] std::optional<Place> take(domain::DeviceKey device, std::size_t first);

    Pace& pace_;
    std::array<Places, lanes> places_;
};

}  // namespace wakeup
