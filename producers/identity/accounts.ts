import { randomUUID } from 'node:crypto';
import {
  type CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { answerOf, type Meanings, unlessNobodyWaits } from './cognito-outcome.ts';
import { IdentityError } from './identity-error.ts';
import { accountForms, checked } from './inputs.ts';

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

/**
 * What a pool's user names are: addresses, or names that players choose, with the address as another way to
 * sign in.
 */
export type UserNames = 'email' | 'chosen';

/**
 * Whose account it is. Of a pool with chosen names `userName` alone, since an address signs nobody in before
 * it is confirmed.
 */
type Account = { readonly email: string } | { readonly userName: string };

/** Registering and confirming, without revealing who is registered already. */
export interface Accounts {
  /**
   * Sends a confirmation code to the address. For an address already taken nothing is sent and the id is one
   * that never comes to life, so that nobody can ask who plays: trust the `playerId` of a sign-in.
   *
   * A pool with chosen names needs `userName`, at most 128 characters without space and `@`; whether one is
   * taken is no secret (`user-name-taken`). Other pools refuse it.
   */
  register(given: Credentials & { readonly userName?: string }): Promise<{ readonly playerId: string }>;
  confirm(given: Account & { readonly code: string }): Promise<void>;
  /** Sends another code where one is waited for; otherwise does nothing and says the same. */
  resendCode(given: Account): Promise<void>;
}

export function createAccounts(
  cognito: CognitoIdentityProviderClient,
  clientId: string,
  userNames: UserNames,
): Accounts {
  const forms = accountForms[userNames];
  const nameOf = (account: Account) => ('userName' in account ? account.userName : account.email);
  return {
    async register(given) {
      const checkedIn = checked<Credentials & { userName?: string }>(forms.registration, given);
      const { email, password, userName } = checkedIn;
      const command = new SignUpCommand({
        ClientId: clientId,
        Username: userName ?? email,
        Password: password,
        UserAttributes: [{ Name: 'email', Value: email }],
      });
      const signUp = cognito.send(command).catch((error: unknown) => {
        if (!(error instanceof UsernameExistsException)) throw error;
        if (userName !== undefined) throw new IdentityError('user-name-taken');
        return { UserSub: randomUUID() };
      });
      const { UserSub } = await answerOf(signUp, { InvalidPasswordException: 'weak-password' });
      if (!UserSub) throw new Error('Could not register a player: Cognito named no user');
      return { playerId: UserSub };
    },

    async confirm(given) {
      const account = checked<Account & { code: string }>(forms.confirmation, given);
      const command = new ConfirmSignUpCommand({
        ClientId: clientId,
        Username: nameOf(account),
        ConfirmationCode: account.code,
      });
      await answerOf(cognito.send(command), confirming);
    },

    async resendCode(given) {
      const account = checked<Account>(forms.addressee, given);
      const command = new ResendConfirmationCodeCommand({ ClientId: clientId, Username: nameOf(account) });
      await answerOf(unlessNobodyWaits(cognito.send(command)), {});
    },
  };
}
