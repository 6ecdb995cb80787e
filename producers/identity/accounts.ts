import { randomUUID } from 'node:crypto';
import {
  type CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { answerOf, type Meanings, unlessNobodyWaits } from './cognito-outcome.ts';
import { addressee, checked, confirmation, credentials } from './inputs.ts';

/** Confirming fails in one way whether the code, its time, the address or its state is what is wrong. */
const confirming: Meanings = {
  CodeMismatchException: 'code-mismatch',
  ExpiredCodeException: 'code-mismatch',
  UserNotFoundException: 'code-mismatch',
  NotAuthorizedException: 'code-mismatch',
  AliasExistsException: 'code-mismatch',
};

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Registering and confirming, without revealing who is registered already. */
export interface Accounts {
  /**
   * Sends a confirmation code to the address. For an address already taken nothing is sent and the id is one that
   * never comes to life, so that nobody can ask who plays: trust the `playerId` of a sign-in.
   */
  register(given: Credentials): Promise<{ readonly playerId: string }>;
  confirm(given: { readonly email: string; readonly code: string }): Promise<void>;
  /** Sends another code where one is waited for; otherwise does nothing and says the same. */
  resendCode(given: { readonly email: string }): Promise<void>;
}

export function createAccounts(cognito: CognitoIdentityProviderClient, clientId: string): Accounts {
  return {
    async register(given) {
      const { email, password } = checked(credentials, given);
      const command = new SignUpCommand({
        ClientId: clientId,
        Username: email,
        Password: password,
        UserAttributes: [{ Name: 'email', Value: email }],
      });
      const signUp = cognito.send(command).catch((error: unknown) => {
        if (error instanceof UsernameExistsException) return { UserSub: randomUUID() };
        throw error;
      });
      const { UserSub } = await answerOf(signUp, { InvalidPasswordException: 'weak-password' });
      if (!UserSub) throw new Error('Could not register a player: Cognito named no user');
      return { playerId: UserSub };
    },

    async confirm(given) {
      const { email, code } = checked(confirmation, given);
      const command = new ConfirmSignUpCommand({
        ClientId: clientId,
        Username: email,
        ConfirmationCode: code,
      });
      await answerOf(cognito.send(command), confirming);
    },

    async resendCode(given) {
      const { email } = checked(addressee, given);
      const command = new ResendConfirmationCodeCommand({ ClientId: clientId, Username: email });
      await answerOf(unlessNobodyWaits(cognito.send(command)), {});
    },
  };
}
