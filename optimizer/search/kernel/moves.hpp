// Moves of whole trips and whole days between vehicles, which strings of stops seldom make.
#pragma once

#include "random.hpp"
#include "state.hpp"

namespace gongpei {

class Moves {
public:
    Moves(State& state, Random& random) : s(state), f(state.f), random_(random) {}

    // Move a random trip to its cheapest place among the trips of another vehicle; false when there is none.
    bool move_trip() {
        const Int v = random_vehicle();
        if (v == NONE) return false;
        const Int p = random_.below(s.days[v].length());
        if (s.days[v].sequence[p] == BREAK) return false;
        const auto [begin, end] = s.trip_of(v, p);
        trip_.assign(s.days[v].sequence.begin() + begin, s.days[v].sequence.begin() + end);
        Int best = FAR, to = NONE, at = 0;
        seen_.assign(f.groups, 0);
        const Int first = f.vehicles > MOST_TRIED ? random_.below(f.vehicles) : 0;
        Int tried = 0;
        for (Int i = 0; i < f.vehicles && tried < MOST_TRIED; ++i) {
            const Int u = first + i < f.vehicles ? first + i : first + i - f.vehicles;
            if (u == v || !may_take(u)) continue;
            ++tried;
            const auto& other = s.days[u].sequence;
            for (Int gap = 0; gap <= s.days[u].length(); ++gap) {
                if (gap != 0 && gap != s.days[u].length() && other[gap - 1] != BREAK) continue;
                join(other, gap);
                const Int cost = s.weigh(u, joined_);
                if (cost != IMPOSSIBLE && cost - s.days[u].cost < best) best = cost - s.days[u].cost, to = u, at = gap;
            }
        }
        if (to == NONE) return false;
        rest_ = s.days[v].sequence;
        const Int from = end < s.days[v].length() ? begin : std::max<Int>(0, begin - 1);
        rest_.erase(rest_.begin() + from, rest_.begin() + std::min(end + 1, s.days[v].length()));
        if (!s.put(v, rest_)) return false;
        join(s.days[to].sequence, at);
        return s.put(to, joined_);
    }

    // Swap a random vehicle's day with that of a random vehicle of another group; false when that cannot be.
    bool swap_days() {
        const Int v = random_vehicle(), u = random_.below(f.vehicles);
        if (v == NONE || f.vehicle[u].group == f.vehicle[v].group) return false;
        const auto mine = s.days[v].sequence, other = s.days[u].sequence;
        if (!may_drive(u, mine) || !may_drive(v, other)) return false;
        return s.put(v, {}) && s.put(u, mine) && s.put(v, other);
    }

private:
    static constexpr Int MOST_TRIED = 40;  // vehicles whose days are tried with the trip

    State& s;
    const Facts& f;
    Random& random_;
    std::vector<std::int32_t> trip_, joined_, rest_;
    std::vector<char> seen_;

    Int random_vehicle() {
        if (s.busy.empty()) return NONE;
        return s.busy[random_.below(static_cast<Int>(s.busy.size()))];
    }

    bool may_drive(Int u, const std::vector<std::int32_t>& sequence) const {
        return std::all_of(sequence.begin(), sequence.end(), [&](auto m) { return m == BREAK || f.may_carry(u, m); });
    }

    bool may_take(Int u) {
        const VehicleDay& own = s.days[u];
        if (own.trips() >= f.kind_of(u).max_trips || own.work >= f.kind_of(u).longest) return false;
        if (own.trips() == 0) {  // idle vehicles of a group are alike: one is enough
            if (seen_[f.vehicle[u].group]) return false;
            seen_[f.vehicle[u].group] = 1;
        }
        return may_drive(u, trip_);
    }

    void join(const std::vector<std::int32_t>& other, Int gap) {
        joined_.assign(other.begin(), other.begin() + gap);
        if (!joined_.empty() && joined_.back() != BREAK) joined_.push_back(BREAK);
        joined_.insert(joined_.end(), trip_.begin(), trip_.end());
        if (gap < static_cast<Int>(other.size())) joined_.push_back(BREAK);
        joined_.insert(joined_.end(), other.begin() + gap, other.end());
    }
};

}  // namespace gongpei
