using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Loam.Core;

namespace Loam.Drivers.Messages;

/// <summary>The server, or what came instead of it, said no. The message is its own words.
/// </summary>
internal sealed class SmtpException(string message) : Exception(message)
{
    /// <summary>RFC 5321, 4.2.1: a 5 begins what is not to be tried again as it is.</summary>
    public bool IsFinal { get; init; }
}

/// <summary>Hands one mail to a server: RFC 5321, with STARTTLS (RFC 3207) and AUTH (RFC 4954).
/// A password never goes over a connection that others can read.</summary>
internal sealed class SmtpSession : IDisposable
{
    private const int TlsPort = 465;
    private const int MostLines = 100, MostOfLine = 4096;

    private readonly Socket _socket;
    private readonly string _server;
    private readonly byte[] _buffer = new byte[MostOfLine];
    private Stream _stream;
    private int _at, _end;
    private string[] _can = [];

    private SmtpSession(Socket socket, string server)
    {
        (_socket, _server) = (socket, server);
        _stream = new NetworkStream(socket, ownsSocket: false);
    }

    private bool IsSecret => _stream is SslStream;

    private bool IsOnThisMachine =>
        _socket.RemoteEndPoint is IPEndPoint { Address: var address }
        && IPAddress.IsLoopback(address.Bare());

    /// <returns>What the server said when it took the mail.</returns>
    /// <exception cref="SmtpException">It did not.</exception>
    public static async Task<string> SendAsync(string server, int port,
        (string User, string Password)? login, string from, IReadOnlyList<string> to, string mail,
        CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, port, cancel).ConfigureAwait(false);
        using var session = new SmtpSession(socket, server);
        if (port == TlsPort)
        {
            await session.EncryptAsync(cancel).ConfigureAwait(false);
        }
        await session.ExpectAsync('2', cancel).ConfigureAwait(false);
        await session.GreetAsync(cancel).ConfigureAwait(false);
        if (!session.IsSecret && session.Can("STARTTLS") is not null)
        {
            await session.SayAsync("STARTTLS", '2', cancel).ConfigureAwait(false);
            await session.EncryptAsync(cancel).ConfigureAwait(false);
            await session.GreetAsync(cancel).ConfigureAwait(false);
        }
        if (login is { } known)
        {
            await session.LogInAsync(known.User, known.Password, cancel).ConfigureAwait(false);
        }
        await session.SayAsync($"MAIL FROM:<{from}>", '2', cancel).ConfigureAwait(false);
        foreach (var one in to)
        {
            await session.SayAsync($"RCPT TO:<{one}>", '2', cancel).ConfigureAwait(false);
        }
        await session.SayAsync("DATA", '3', cancel).ConfigureAwait(false);
        // No line of it begins with a dot: heads begin with a name, and the rest is base64.
        var taken = await session.SayAsync(mail + ".", '2', cancel).ConfigureAwait(false);
        await session.WriteAsync("QUIT", cancel).ConfigureAwait(false);
        return taken;
    }

    public void Dispose() => _stream.Dispose();

    private async Task EncryptAsync(CancellationToken cancel)
    {
        if (_at < _end)
        {
            // Words that somebody put in before the encryption would count as said within it.
            throw new SmtpException(
                $"{_server} went on talking before the connection was encrypted");
        }
        var encrypted = new SslStream(_stream);
        _stream = encrypted;
        await encrypted.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = _server }, cancel)
            .ConfigureAwait(false);
    }

    private async Task GreetAsync(CancellationToken cancel)
    {
        var name = _socket.LocalEndPoint is IPEndPoint { Address: var own }
            ? own.IsIPv4MappedToIPv6 ? $"[{own.MapToIPv4()}]"
                : own.AddressFamily == AddressFamily.InterNetwork ? $"[{own}]" : $"[IPv6:{own}]"
            : "localhost";
        var answer = await SayAsync($"EHLO {name}", '2', cancel).ConfigureAwait(false);
        _can = [.. answer.Split('\n').Skip(1).Select(l => l.Length > 4 ? l[4..].Trim() : "")];
    }

    private string? Can(string what) => _can.FirstOrDefault(c =>
        c.Split(' ')[0].Equals(what, StringComparison.OrdinalIgnoreCase));

    private async Task LogInAsync(string user, string password, CancellationToken cancel)
    {
        if (!IsSecret && !IsOnThisMachine)
        {
            throw new SmtpException(
                $"{_server} offers no encryption, and a password is not sent without it");
        }
        var ways = (Can("AUTH") ?? "").ToUpperInvariant().Split(' ');
        static string Coded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        if (ways.Contains("PLAIN"))
        {
            await SayAsync($"AUTH PLAIN {Coded($"\0{user}\0{password}")}", '2', cancel)
                .ConfigureAwait(false);
        }
        else if (ways.Contains("LOGIN"))
        {
            await SayAsync("AUTH LOGIN", '3', cancel).ConfigureAwait(false);
            await SayAsync(Coded(user), '3', cancel).ConfigureAwait(false);
            await SayAsync(Coded(password), '2', cancel).ConfigureAwait(false);
        }
        else
        {
            throw new SmtpException($"{_server} takes no password (neither PLAIN nor LOGIN)");
        }
    }

    private async Task<string> SayAsync(string line, char good, CancellationToken cancel)
    {
        await WriteAsync(line, cancel).ConfigureAwait(false);
        return await ExpectAsync(good, cancel).ConfigureAwait(false);
    }

    private async Task WriteAsync(string line, CancellationToken cancel)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancel)
            .ConfigureAwait(false);
        await _stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>An answer, all its lines.</summary>
    private async Task<string> ExpectAsync(char good, CancellationToken cancel)
    {
        var lines = new List<string>();
        do
        {
            lines.Add(await LineAsync(cancel).ConfigureAwait(false));
        }
        while (lines[^1].Length > 3 && lines[^1][3] == '-' && lines.Count < MostLines);
        var answer = string.Join('\n', lines);
        return answer[0] == good ? answer
            : throw new SmtpException(answer) { IsFinal = answer[0] == '5' };
    }

    private async Task<string> LineAsync(CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (line.Length < MostOfLine)
        {
            if (_at == _end)
            {
                _end = await _stream.ReadAsync(_buffer, cancel).ConfigureAwait(false);
                _at = 0;
                if (_end == 0)
                {
                    throw new SmtpException($"{_server} closed the connection");
                }
            }
            var next = (char)_buffer[_at++];
            if (next == '\n')
            {
                break;
            }
            line.Append(next is >= ' ' and < '\x7f' ? next : ' ');
        }
        var text = line.ToString().TrimEnd();
        return text.Length >= 3 && text[..3].All(char.IsAsciiDigit) ? text
            : throw new SmtpException($"{_server} does not speak SMTP: {text}");
    }
}
