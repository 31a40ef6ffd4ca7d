// The parts of oclif that every command needs, from its sub-paths: its index loads much that none of them uses.
import * as Args from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import * as Flags from '@oclif/core/flags'

export { Args, Command, Flags }
