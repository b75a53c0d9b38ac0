// One vehicle's day while it is counted: stops, trips, loads, times and cost, exactly as optimizer/schedule.py
// and optimizer/cost.py count them, with two simplifications on the safe side: a driver rests as late as the rule
// allows, and time on board is looked at on the latest times only. What passes here passes there.
#pragma once

#include <algorithm>
#include <vector>

#include "docks.hpp"
#include "model.hpp"
#include "stowage.hpp"

namespace gongpei {

// Neighbours in a sequence at one place are one stop: they share the fixed part of the visit and its start.
struct Stop {
    Int first, last;     // positions
    Int service, leg;    // seconds at it, and into it
    Int start, latest;
    Int rest;            // before the leg into it
    Int wait;            // on arrival, where it counts as a rest
};

struct TripDay {
    Int stop_from, stop_to;
    Int begin, end;      // positions
    Int ready, due, goods;
    Int back_leg, back_rest;
    Int load, back;      // earliest
    Int latest, latest_back;
    Int pause, idle;     // cleaning, and rest, before it
    bool is_limited;
};

class Day {
public:
    std::vector<Stop> stops;
    std::vector<TripDay> trips;
    std::vector<Int> aboard;  // (longest, 3, dimensions): leaving the depot; most up to after a stop; most from then on
    Int metres = 0, work = 0, driving = 0, pieces = 0;

    explicit Day(const Facts& facts) : f(facts), stowage_(facts) {
        stops.reserve(facts.longest);
        trips.reserve(facts.longest);
        aboard.resize(facts.longest * 3 * facts.dimensions);
    }

    // Cost in fen of `sequence` as the day of vehicle `v`, or IMPOSSIBLE; penalties and handling aside. O(n).
    // With `loading`, trips are loaded at these moments and at no others.
    Int weigh(Int v, const std::int32_t* sequence, Int n, const Docks& docks, const Int* loading = nullptr) {
        stops.clear();
        trips.clear();
        metres = work = driving = pieces = 0;
        if (n == 0) return 0;
        v_ = v;
        sequence_ = sequence;
        kind_ = &f.kind_of(v);
        fixed_ = loading;
        if (!count(n)) return IMPOSSIBLE;
        const Int lasting = shortest(docks);
        if (lasting < 0 || lasting > kind_->longest) return IMPOSSIBLE;
        for (const TripDay& trip : trips)
            if ((trip.is_limited && !keeps_limits(trip)) || (kind_->boxes > 1 && !is_stowed(trip))) return IMPOSSIBLE;
        return kind_->fixed + f.pay(*kind_, pieces) + half_up(metres * kind_->per_km, 1000) + half_up(lasting * kind_->per_h, 3600) +
               half_up(std::max<Int>(0, lasting - kind_->regular) * kind_->overtime_per_h, 3600);
    }

    Int& cell(Int p, Int c, Int d) { return aboard[(p * 3 + c) * f.dimensions + d]; }

    // Write the earliest and latest times of all stops: how far a day that passed `weigh` may be moved.
    void stretch(const Docks& docks) {
        fixed_ = nullptr;
        forward(0, docks);
        backward(FAR);
    }

private:
    const Facts& f;
    const Kind* kind_ = nullptr;
    const std::int32_t* sequence_ = nullptr;
    const Int* fixed_ = nullptr;
    Int v_ = 0;
    bool is_split_ = false;
    Stowage stowage_;

    static constexpr int LATER_STARTS = 3;  // tried where split windows make the vehicle wait

    const Node& node(Int p) const { return f.node[sequence_[p]]; }

    bool count(Int n) {
        is_split_ = kind_->open_to - kind_->open_from > 1;
        for (Int begin = 0, end; begin < n; begin = end + 1) {
            for (end = begin; end < n && sequence_[end] != BREAK;) ++end;
            if (end == begin || !count_trip(begin, end)) return false;
        }
        add_pauses();
        return static_cast<Int>(trips.size()) <= kind_->max_trips && metres <= kind_->range &&
               work <= kind_->longest && driving <= kind_->daily_driving && is_in_order(n);
    }

    bool count_trip(Int begin, Int end) {
        TripDay trip{};
        trip.begin = begin;
        trip.end = end;
        trip.due = kind_->shift_late;
        trip.stop_from = static_cast<Int>(stops.size());
        Int row = kind_->depot_row;
        const Int before = metres;
        bool has_collected = false;
        for (Int p = begin; p < end;) {
            const Int here = node(p).row;
            const Leg& leg = f.leg(*kind_, row, here);
            if (leg.seconds < 0) return false;
            Stop stop{};
            stop.first = p;
            stop.leg = leg.seconds;
            stop.service = f.visit_s[here];
            bool collects = false;
            for (; p < end && node(p).row == here; ++p) {
                const Node& m = node(p);
                trip.ready = std::max(trip.ready, m.ready);
                trip.due = std::min(trip.due, m.due);
                trip.goods |= m.goods;
                trip.is_limited |= m.down_limit >= 0 || m.up_limit >= 0 || m.pair_limit >= 0;
                if (has_collected && m.delivers && kind_->deliveries_first) return false;
                collects |= m.collects != 0;
                stop.service += m.service;
                pieces += m.pieces;
                is_split_ |= m.window_to - m.window_from > 1;
            }
            has_collected |= collects;
            stop.last = p - 1;
            metres += leg.metres;
            driving += leg.seconds;
            work += leg.seconds + stop.service;
            stops.push_back(stop);
            row = here;
        }
        const Leg& back = f.leg(*kind_, row, kind_->end_row);
        if (back.seconds < 0) return false;
        trip.back_leg = back.seconds;
        metres += back.metres;
        if (metres - before > kind_->trip_range) return false;
        driving += back.seconds;
        work += back.seconds + kind_->loading;
        trip.stop_to = static_cast<Int>(stops.size());
        trips.push_back(trip);
        return may_meet(trip.goods) && has_room(trip);
    }

    bool may_meet(Int goods) const {
        const Int* foes = f.foes + f.vehicle[v_].kind * 64;
        for (Int bit = 0, rest = goods; rest; ++bit, rest >>= 1)
            if ((rest & 1) && (foes[bit] & goods)) return false;
        return true;
    }

    bool has_room(const TripDay& trip) {
        for (Int d = 0; d < f.dimensions; ++d) {
            const Int room = f.room_of(v_, d);
            Int load = 0;
            for (Int p = trip.begin; p < trip.end; ++p) load += f.loaded(sequence_[p], d);
            if (load > room) return false;
            const Int start = load;
            Int most = load;
            for (Int i = trip.stop_from; i < trip.stop_to; ++i) {
                for (Int p = stops[i].first; p <= stops[i].last; ++p) load += f.change(sequence_[p], d);
                if (load > room) return false;
                most = std::max(most, load);
                for (Int p = stops[i].first; p <= stops[i].last; ++p) {
                    cell(p, 0, d) = start;
                    cell(p, 1, d) = most;
                    cell(p, 2, d) = load;
                }
            }
            most = 0;
            for (Int i = trip.stop_to - 1; i >= trip.stop_from; --i) {
                most = std::max(most, cell(stops[i].first, 2, d));
                for (Int p = stops[i].first; p <= stops[i].last; ++p) cell(p, 2, d) = most;
            }
        }
        return true;
    }

    bool is_stowed(const TripDay& trip) {
        const Int k = f.vehicle[v_].kind;
        if (!has_foes(trip.goods) && fits_one_box(trip, k)) return true;
        stowage_.begin(trip.stop_to - trip.stop_from + 1);
        for (Int i = trip.stop_from; i < trip.stop_to; ++i) {
            const Int leg = i - trip.stop_from + 1;
            for (Int p = stops[i].first; p <= stops[i].last; ++p) {
                if (node(p).is_drop) continue;
                stowage_.add(k, sequence_[p], true, 0, leg);
                stowage_.add(k, sequence_[p], false, leg, put_down(trip, node(p).mate));
            }
        }
        return stowage_.holds(k);
    }

    bool has_foes(Int goods) const {
        for (Int bit = 0, rest = goods; rest; ++bit, rest >>= 1)
            if ((rest & 1) && (f.apart[bit] & goods)) return true;
        return false;
    }

    // Tell whether one compartment could hold it all: then first fit finds room whatever else it tries.
    bool fits_one_box(const TripDay& trip, Int k) {
        Int boxes = ~Int{0};
        for (Int p = trip.begin; p < trip.end; ++p) boxes &= f.fitting[k * f.nodes + sequence_[p]];
        for (Int box = 0; box < kind_->boxes; ++box) {
            const Int* room = f.box_room + (kind_->box_from + box) * f.dimensions;
            bool fits = boxes >> box & 1;
            for (Int d = 0; d < f.dimensions && fits; ++d) fits = cell(trip.end - 1, 1, d) <= room[d];
            if (fits) return true;
        }
        return false;
    }

    // First leg without what is handed over at node `mate`, NONE standing for the depot.
    Int put_down(const TripDay& trip, Int mate) const {
        for (Int i = trip.stop_from; i < trip.stop_to && mate != NONE; ++i)
            for (Int p = stops[i].first; p <= stops[i].last; ++p)
                if (sequence_[p] == mate) return i - trip.stop_from + 1;
        return trip.stop_to - trip.stop_from + 1;
    }

    // Cleaning before a trip: for what soiled the vehicle earlier and would be minded now.
    void add_pauses() {
        Int dirty = 0;
        for (TripDay& trip : trips) {
            Int cleaned = 0;
            for (Int c = 0; c < f.cleanings; ++c) {
                const Cleaning& rule = f.cleaning[c];
                if ((dirty >> rule.soils & 1) && (trip.goods >> rule.minds & 1)) {
                    trip.pause += rule.seconds;
                    cleaned |= Int{1} << rule.soils;
                }
            }
            dirty &= ~cleaned;
            if (!kind_->sealed_only) dirty |= trip.goods;
            work += trip.pause;
        }
    }

    // Local shipments are collected before they are delivered, on one trip; locked orders are kept.
    bool is_in_order(Int n) const {
        for (Int p = 0; p < n; ++p) {
            if (sequence_[p] == BREAK) continue;
            if (node(p).is_drop && !is_earlier(p, node(p).mate, true)) return false;
            if (node(p).after != NONE && !is_earlier(p, node(p).after, false)) return false;
        }
        return true;
    }

    // A visit before, not merely earlier in the same one: goods of one stop are handed over together.
    bool is_earlier(Int p, Int wanted, bool on_same_trip) const {
        const Int here = node(p).row;
        bool is_same_stop = true;
        for (Int q = p - 1; q >= 0; --q) {
            if (sequence_[q] == BREAK) {
                if (on_same_trip) return false;
                is_same_stop = false;
                continue;
            }
            is_same_stop &= node(q).row == here;
            if (sequence_[q] == wanted) return !is_same_stop;
        }
        return false;
    }

    // First moment at or after `at` (with next_in), or last at or before it (last_in), in the windows of all its nodes.
    template <Int (*step)(const Facts&, Int, Int, Int)>
    Int settled(const Stop& stop, Int at) const {
        for (Int before = NONE; before != at;) {
            before = at;
            for (Int p = stop.first; p <= stop.last; ++p) {
                at = step(f, node(p).window_from, node(p).window_to, at);
                if (at < 0) return NONE;
            }
            if (stop.first == stop.last) break;
        }
        return at;
    }

    Int start_at(const Stop& stop, Int at) const { return settled<next_in>(stop, at); }
    Int start_by(const Stop& stop, Int at) const { return settled<last_in>(stop, at); }

    // Seconds from first loading to last return of the shortest day found, its times written; NONE if there is none.
    Int shortest(const Docks& docks) {
        Int best = FAR, best_low = 0, written = NONE, low = 0;
        for (int k = 0; k <= (is_split_ ? LATER_STARTS : 0); ++k) {
            const Int end = forward(low, docks);
            written = low;  // if it failed, too
            if (end < 0) break;
            Int load = trips[0].load;
            if (end - load < best) best = end - load, best_low = low;
            Int latest = fixed_ == nullptr ? backward(end) : load;
            if (latest > load) latest = docks.slot(*kind_, v_, latest, false);
            if (latest > load) {
                const Int later = forward(latest, docks);
                written = latest;
                if (later >= 0 && later - trips[0].load < best) best = later - trips[0].load, best_low = latest;
                load = latest;
            }
            if (best <= work || fixed_ != nullptr) break;
            low = load + 1;
        }
        if (best == FAR) return NONE;
        if (written != best_low) forward(best_low, docks);
        return best;
    }

    Int next_load(Int at, const Docks& docks) const {
        for (Int before = NONE; before != at;) {
            at = next_in(f, kind_->open_from, kind_->open_to, at);
            if (at < 0) return NONE;
            before = at;
            at = docks.slot(*kind_, v_, at, true);
            if (at < 0) return NONE;
        }
        return at;
    }

    // Write the earliest times with the first loading at `low` or later; return the last return, or NONE.
    Int forward(Int low, const Docks& docks) {
        const Int most = kind_->max_driving, rest = kind_->rest;
        Int driven = 0, back = low;
        for (TripDay& trip : trips) {
            const bool is_first = &trip == &trips.front();
            const Int free = is_first ? low : back + trip.pause;
            trip.idle = driven + stops[trip.stop_from].leg > most ? rest : 0;  // loaded, nobody rests at the depot
            trip.load = next_load(std::max({free + trip.idle, trip.ready, kind_->shift_early}), docks);
            if (trip.load < 0) return NONE;
            if (fixed_ != nullptr) {
                const Int wanted = fixed_[&trip - trips.data()];
                if (wanted < trip.load || next_load(wanted, docks) != wanted) return NONE;
                trip.load = wanted;
            }
            if (!is_first && trip.load - free >= rest) driven = 0;
            Int now = trip.load + kind_->loading;
            for (Int i = trip.stop_from; i < trip.stop_to; ++i) {
                Stop& stop = stops[i];
                stop.rest = 0;
                if (driven + stop.leg > most) {
                    if (stop.leg > most || i == trip.stop_from) return NONE;
                    stop.rest = rest;
                    driven = 0;
                }
                driven += stop.leg;
                now += stop.rest + stop.leg;
                stop.start = start_at(stop, now);
                if (stop.start < 0) return NONE;
                stop.wait = stop.start - now >= rest ? rest : 0;
                if (stop.wait) driven = 0;
                now = stop.start + stop.service;
            }
            trip.back_rest = 0;
            if (driven + trip.back_leg > most) {
                if (trip.back_leg > most) return NONE;
                trip.back_rest = rest;
                driven = 0;
            }
            driven += trip.back_leg;
            back = next_in(f, kind_->close_from, kind_->close_to, now + trip.back_rest + trip.back_leg);
            if (back < 0 || back > trip.due) return NONE;
            trip.back = back;
        }
        return back;
    }

    // Write the latest times with the last return at `high` or before, rests as `forward` left them; docks aside.
    Int backward(Int high) {
        for (auto trip = trips.rbegin(); trip != trips.rend(); ++trip) {
            Int now = last_in(f, kind_->close_from, kind_->close_to, std::min(high, trip->due));
            trip->latest_back = now;
            now -= trip->back_leg + trip->back_rest;
            for (Int i = trip->stop_to - 1; i >= trip->stop_from; --i) {
                Stop& stop = stops[i];
                now = start_by(stop, now - stop.service);
                stop.latest = now;
                if (now < 0) return NONE;
                now -= stop.leg + stop.rest;
            }
            trip->latest = last_in(f, kind_->open_from, kind_->open_to, now - kind_->loading);
            if (trip->latest < 0) return NONE;
            high = trip->latest - trip->pause - trip->idle;
        }
        return trips.front().latest;
    }

    // Tell whether everything on the trip is short enough on board when each leg is driven as late as may be.
    bool keeps_limits(const TripDay& trip) {
        Int now = trip.back - trip.back_leg - trip.back_rest;
        for (Int i = trip.stop_to - 1; i >= trip.stop_from; --i) {
            Stop& stop = stops[i];
            const Int leave = now;
            now = stop.latest = start_by(stop, now - stop.service);
            for (Int p = stop.first; p <= stop.last; ++p)
                if (node(p).up_limit >= 0 && trip.back - leave > node(p).up_limit) return false;
            now -= stop.leg + stop.rest + stop.wait;
        }
        for (Int i = trip.stop_from; i < trip.stop_to; ++i)
            for (Int p = stops[i].first; p <= stops[i].last; ++p) {
                const Node& m = node(p);
                if (m.down_limit >= 0 && stops[i].latest - now > m.down_limit) return false;
                if (m.pair_limit >= 0 && stops[i].latest - left(trip, m.mate) > m.pair_limit) return false;
            }
        return true;
    }

    // Moment at which the vehicle leaves the stop of node `m`, latest times.
    Int left(const TripDay& trip, Int m) const {
        for (Int i = trip.stop_from; i + 1 < trip.stop_to; ++i)
            for (Int p = stops[i].first; p <= stops[i].last; ++p)
                if (sequence_[p] == m) return stops[i + 1].latest - stops[i + 1].leg - stops[i + 1].rest - stops[i + 1].wait;
        return 0;
    }
};

}  // namespace gongpei
