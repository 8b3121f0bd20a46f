Console.WriteLine("loam 0.1.0");
