import type { Scenario } from '../exchange.ts'
import { customResources } from './custom-resources.ts'
import { generatedScenarios } from './generated.ts'
import { kindScenarios } from './kinds.ts'
import { protocol } from './protocol.ts'

export const SCENARIOS: readonly Scenario[] = [protocol, customResources, ...kindScenarios(), ...generatedScenarios()]
