"""A small catalogue that is right, for tests that make one thing wrong."""

from typing import Final

SMALL: Final = """\
versions:
  - version: "one"
    effective_from: 2026-01-01
    products:
      webinar:
        names: { en: "Webinars", fr: "Webinaires" }
        mode: anniversary_month
        basis: calendar_days
        tax_class: standard
        currencies: [JPY, USD]
        frequencies: [monthly, annual]
        free_plan: free
        self_service: [add_seats, upgrade]
        retention: P90D
        frequency_change: at_once
        plans:
          free:
            names: { en: "Free" }
            rank: 0
            free: true
          basic:
            names: { en: "Basic" }
            rank: 1
            trial_days: 14
            minimum_seats: 1
            maximum_seats: 50
            included: { sms: 100 }
            prices:
              JPY: { monthly: "4500", annual: "45000" }
              USD: { monthly: "30.00", annual: "300" }
          pro:
            names: { en: "Pro" }
            rank: 2
            pay_online: false
            prices:
              JPY: { monthly: "9000", annual: "90000" }
              USD: { monthly: "60.00", annual: "600.00" }
        add_ons:
          storage:
            names: { en: "Storage" }
            recurring:
              JPY: { monthly: "800", annual: "8000" }
              USD: { monthly: "8.00", annual: "80.00" }
            maximum_quantity: 100
          headset:
            names: { en: "Headset" }
            once: { JPY: "12000", USD: "89.00" }
            physical: true
        metered:
          sms:
            names: { en: "SMS" }
            unit: credit
            included: 500
            countries: [US, CA]
            tax_class: telecom
            tables:
              - effective_from: 2026-01-01
                rows:
                  - { per_unit: { JPY: "0.8", USD: "0.0055" } }
              - effective_from: 2026-07-01
                rows:
                  - { direction: sent, per_unit: { JPY: "0.9", USD: "0.006" } }
                  - { prefix: "1", country: US, per_unit: { JPY: "0.7", USD: "0.005" } }
        fees:
          - id: us-universal-service
            names: { en: "Universal service fee" }
            country: US
            interstate_share_bps: 6490
          - id: us-regulatory
            names: { en: "Regulatory recovery fee" }
            country: US
        contract: { term_months: 15, free_months: 3, notice_days: 30 }
        selling_entities: { CH: guichet-ch }
"""

SECOND: Final = """\
  - version: "two"
    effective_from: 2027-06-01
    products:
      phone:
        names: { en: "Phone" }
        mode: calendar
        currencies: [USD]
        frequencies: [monthly]
        self_service: []
        plans:
          line:
            names: { en: "Line" }
            rank: 1
            prices: { USD: { monthly: "19.00" } }
"""
